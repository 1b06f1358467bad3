//! Whose keys are believed is not for others to decide.
use easyauth::verify::KeySource;

struct Mine;

impl KeySource for Mine {}

fn main() {}
