//! Everything on this machine: a pretend Azure Resource Manager, this program, and the stand-in for Easy
//! Auth in front of it, which signs in whoever asks.

mod arm;

use std::{error::Error, io, net::SocketAddr};

use axum::Router;
use easyauth::{Platform, verify::KeySet};
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    arm::{Arm, Base},
    service::{self, Log},
    stand_in::{StandIn, proxy::Running},
};

/// Runs until this is dropped.
pub(crate) struct Demo {
    /// Where a browser looks: the stand-in.
    pub(crate) address: SocketAddr,
    /// Where the pretend Azure Resource Manager is.
    pub(crate) arm: SocketAddr,
    _stand_in: Running,
    _servers: Servers,
}

impl Demo {
    pub(crate) async fn start(log: Log) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let stand_in = StandIn::new(listener.local_addr()?).start().await?;
        let address = stand_in.address();
        let mut servers = Servers::default();
        let arm = servers.start_arm(stand_in.issuer().key_set()).await?;
        let client = Arm::new(Base::parse(&format!("http://{arm}"))?)?;
        servers.start(listener, service::router(client, Platform::trusting_headers(), log)?);
        Ok(Self { address, arm, _stand_in: stand_in, _servers: servers })
    }
}

/// Servers that run until this is dropped.
#[derive(Default)]
pub(crate) struct Servers(JoinSet<()>);

impl Servers {
    pub(crate) fn start(&mut self, listener: TcpListener, router: Router) {
        self.0.spawn(async move {
            // Ends only with the task: it goes on after every error of a connection.
            let _ = axum::serve(listener, router).await;
        });
    }

    /// The pretend Azure Resource Manager, which takes tokens that were signed with these keys.
    pub(crate) async fn start_arm(&mut self, keys: KeySet) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let router = arm::router(keys, format!("http://{address}")).map_err(io::Error::other)?;
        self.start(listener, router);
        Ok(address)
    }
}
