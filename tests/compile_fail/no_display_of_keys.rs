//! A key names a person, and gets into no log by accident.
use easyauth::verify::SubjectKey;

fn log(key: SubjectKey) {
    println!("{key}");
}

fn main() {}
