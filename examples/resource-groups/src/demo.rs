//! Runs everything on this machine: a simulated Azure Resource Manager, this program, and the stand-in for
//! Easy Auth in front of it, where you choose a user to sign in as.

use std::{error::Error, net::SocketAddr};

use easyauth::Platform;
use easyauth_cli::serve::{Running, StandIn};
use tokio::net::TcpListener;

use super::{
    arm::{Arm, Base},
    fake_arm::Servers,
    service::{self, Log},
};

/// The running demo. It ends when this is dropped.
pub(crate) struct Demo {
    /// The address for a browser: the stand-in.
    pub(crate) address: SocketAddr,
    /// The address of the simulated Azure Resource Manager.
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
