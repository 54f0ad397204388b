//! `nginx -T` dumps: `# configuration file PATH:` before the content of each file (`ngx_dump_config` in `main`).

use crate::files::{Memory, path_from_bytes};

const HEADER: &[u8] = b"# configuration file ";

/// Whether `text` is a dump: such a header stands in it, and before it nothing but messages of nginx or of what started
/// it (a container's entry point). A message is no comment and does not end as a statement does.
pub fn is_dump(text: &[u8]) -> bool {
    lines(text).find(|line| !is_message(line)).is_some_and(|line| header(line).is_some())
}

fn is_message(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.first() != Some(&b'#') && !matches!(line.last(), Some(b';' | b'{' | b'}'))
}

/// What nginx said where it printed no dump: `text` holds nothing but its messages. The worst of them, or the first.
pub fn refusal(text: &[u8]) -> Option<&[u8]> {
    let said = || lines(text).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let worst = || said().find(|line| line.starts_with(b"nginx: [emerg] ")).or_else(|| said().next());
    if said().all(|line| line.starts_with(b"nginx: ")) { worst() } else { None }
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
        assert!(!is_dump(b"# kept\n# configuration file /x:\nevents {}\n"));
    }

    #[test]
    fn a_container_may_speak_before_nginx_does() {
        let text = b"/docker-entrypoint.sh: Configuration complete; ready for start up\r\n\r\n# configuration file /a:\r\n";
        assert!(is_dump(text));
    }

    #[test]
    fn messages_alone_are_a_refusal() {
        let text = b"nginx: [warn] x\nnginx: [emerg] unknown directive \"a\" in /n:1\nnginx: configuration file /n test failed\n";
        assert_eq!(refusal(text), Some(&b"nginx: [emerg] unknown directive \"a\" in /n:1"[..]));
        assert_eq!(refusal(b"nginx: [warn] x\n"), Some(&b"nginx: [warn] x"[..]));
        assert_eq!((refusal(b""), refusal(b"nginx: [warn] x\nevents {}\n")), (None, None));
    }
}
