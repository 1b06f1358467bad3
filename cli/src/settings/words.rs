//! Arguments, split into words and options.

use std::{ffi::OsString, path::PathBuf};

/// The arguments behind a command.
pub(super) struct Words {
    bare: std::vec::IntoIter<OsString>,
    flags: Vec<String>,
    values: Vec<(String, String)>,
}

impl Words {
    pub(super) fn read(
        mut args: impl Iterator<Item = OsString>,
        flags: &[&str],
        options: &[&str],
    ) -> Result<Self, String> {
        let (mut bare, mut given, mut values) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(arg) = args.next() {
            let Some(option) = arg.to_str().filter(|arg| arg.len() > 1 && arg.starts_with('-'))
            else {
                bare.push(arg);
                continue;
            };
            let (name, inline) = match option.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (option, None),
            };
            if flags.contains(&name) {
                if inline.is_some() {
                    return Err(format!("{name} takes no value"));
                }
                given.push(name.to_owned());
            } else if options.contains(&name) {
                let value = inline.or_else(|| args.next()?.into_string().ok());
                let value = value.ok_or_else(|| format!("{name} needs a value"))?;
                if values.iter().any(|(own, _)| own == name) {
                    return Err(format!("{name} is given twice"));
                }
                values.push((name.to_owned(), value));
            } else {
                return Err("unknown option; --help lists them".to_owned());
            }
        }
        Ok(Self { bare: bare.into_iter(), flags: given, values })
    }

    pub(super) fn file(&mut self) -> Result<PathBuf, String> {
        self.bare.next().map(PathBuf::from).ok_or_else(|| "FILE is missing".to_owned())
    }

    pub(super) fn next(&mut self, name: &str) -> Result<String, String> {
        let word = self.bare.next().ok_or_else(|| format!("{name} is missing"))?;
        word.into_string().map_err(|_| format!("{name} is not UTF-8"))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|own| own == name)
    }

    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.values.iter().find_map(|(own, value)| (own == name).then(|| value.clone()))
    }

    /// Gives what was made of them, if all were read.
    pub(super) fn end<T>(mut self, made: T) -> Result<T, String> {
        match self.bare.next() {
            None => Ok(made),
            Some(_) => Err("there are too many arguments; --help lists them".to_owned()),
        }
    }
}
