//! Other crates cannot add a source of trusted keys.
use easyauth::verify::KeySource;

struct Mine;

impl KeySource for Mine {}

fn main() {}
