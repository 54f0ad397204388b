//! `nginx -T` dumps: `# configuration file PATH:` before the content of each file (`ngx_dump_config` in `main`).

use crate::files::{Memory, path_from_bytes};

const HEADER: &[u8] = b"# configuration file ";

/// Whether `text` is a dump: its first line that is not empty and not one of nginx's own messages is such a header.
pub fn is_dump(text: &[u8]) -> bool {
    lines(text)
        .find(|line| !line.trim_ascii().is_empty() && !line.starts_with(b"nginx: "))
        .is_some_and(|line| header(line).is_some())
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|&byte| byte == b'\n')
}

/// The path that a header line names.
fn header(line: &[u8]) -> Option<&[u8]> {
    let path = line.trim_ascii_end().strip_prefix(HEADER)?.strip_suffix(b":")?;
    (path.first() == Some(&b'/')).then_some(path)
}

/// The files of a dump, and the path of the first one, which is the main file. nginx ends each file with one LF of its
/// own.
pub fn split_dump(text: &[u8]) -> (Memory, std::path::PathBuf) {
    let mut files = Memory::default();
    let mut main = None;
    let mut current: Option<(std::path::PathBuf, Vec<u8>)> = None;
    for line in lines(text) {
        match (header(line), &mut current) {
            (Some(path), _) => {
                let path = path_from_bytes(path);
                main.get_or_insert_with(|| path.clone());
                store(&mut files, current.replace((path, Vec::new())));
            }
            (None, Some((_, body))) => body.extend_from_slice(line),
            (None, None) => {}
        }
    }
    store(&mut files, current);
    (files, main.unwrap_or_default())
}

fn store(files: &mut Memory, file: Option<(std::path::PathBuf, Vec<u8>)>) {
    if let Some((path, mut body)) = file {
        if body.last() == Some(&b'\n') {
            body.pop();
        }
        files.add(path, body);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::files::Files as _;

    #[test]
    fn a_dump_gives_its_files_back() {
        let text = b"nginx: configuration file test is successful\n# configuration file /etc/nginx/nginx.conf:\nevents {}\n\n# configuration file /etc/nginx/a.conf:\nx;\n\n";
        assert!(is_dump(text));
        let (files, main) = split_dump(text);
        assert_eq!(main, Path::new("/etc/nginx/nginx.conf"));
        assert_eq!(files.read(&main).unwrap(), b"events {}\n");
        assert_eq!(files.read(Path::new("/etc/nginx/a.conf")).unwrap(), b"x;\n");
        assert!(!is_dump(b"events {}\n# configuration file /x:\n"));
    }
}
