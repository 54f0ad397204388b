//! Generated configurations: ordinary virtual hosts, most of them without WebSockets, a few per mille of them broken.
//! The same number always gives the same text. nginx accepts every tree (`nginx -t -p FOLDER -c nginx.conf`).

#![allow(dead_code, reason = "each benchmark takes its own part")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A generated tree on disk.
pub struct Input {
    /// What it is called in tables.
    pub name: &'static str,
    /// What ngxlint is given.
    pub path: PathBuf,
    /// The bytes of all its files, one after the other.
    pub text: Vec<u8>,
}

/// What the main file starts with, up to and within `http`.
const HEAD: &str = "worker_processes  auto;
error_log  logs/error.log;
pid  logs/nginx.pid;

events {
    worker_connections  4096;
}

http {
    include       mime.types;
    default_type  application/octet-stream;
    sendfile      on;
    server_names_hash_max_size 65536;
    server_names_hash_bucket_size 128;
    map_hash_bucket_size 128;
    log_format main '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\"';

    # closes what is no WebSocket
    map $http_upgrade $connection_upgrade {
        default upgrade;
        ''      close;
    }

";

const MIME_TYPES: &str = "types {
    text/html                             html htm shtml;
    text/css                              css;
    application/javascript                js;
    image/png                             png;
    image/svg+xml                         svg svgz;
    font/woff2                            woff2;
}
";

const FASTCGI_PARAMS: &str = "fastcgi_param  QUERY_STRING       $query_string;
fastcgi_param  REQUEST_METHOD     $request_method;
fastcgi_param  CONTENT_TYPE       $content_type;
fastcgi_param  CONTENT_LENGTH     $content_length;
fastcgi_param  SCRIPT_NAME        $fastcgi_script_name;
fastcgi_param  REQUEST_URI        $request_uri;
fastcgi_param  DOCUMENT_URI       $document_uri;
fastcgi_param  DOCUMENT_ROOT      $document_root;
fastcgi_param  SERVER_PROTOCOL    $server_protocol;
fastcgi_param  REMOTE_ADDR        $remote_addr;
";

/// The five inputs of the table, written below `folder`.
pub fn inputs(folder: &Path) -> Vec<Input> {
    vec![
        one_file(folder, "39 lines", "small", 1),
        one_file(folder, "1,000 servers", "servers", 1_000),
        included(folder, "2,000 includes", "includes", 2_000),
        one_file(folder, "10 MB", "large", 11_300),
        folders(folder, "400 files", "folders", 400),
    ]
}

/// One main file of `count` servers.
pub fn one_file(folder: &Path, name: &'static str, below: &str, count: usize) -> Input {
    let folder = folder.join(below);
    let text = if count == 1 { small() } else { vhosts(count) };
    write(&folder.join("mime.types"), MIME_TYPES);
    write(&folder.join("fastcgi_params"), FASTCGI_PARAMS);
    let path = write(&folder.join("nginx.conf"), &text);
    Input { name, path, text: text.into_bytes() }
}

/// A main file that includes `count` files of 40 lines.
pub fn included(folder: &Path, name: &'static str, below: &str, count: usize) -> Input {
    let folder = folder.join(below);
    write(&folder.join("mime.types"), MIME_TYPES);
    write(&folder.join("fastcgi_params"), FASTCGI_PARAMS);
    let mut text = format!("{HEAD}    include conf.d/*.conf;\n}}\n");
    let path = write(&folder.join("nginx.conf"), &text);
    for number in 0..count {
        let site = site(number);
        write(&folder.join(format!("conf.d/site{number:05}.conf")), &site);
        text += &site;
    }
    Input { name, path, text: text.into_bytes() }
}

/// `count` files as repositories hold them: a main file with its servers here, a lone server or snippet there; the
/// median is about 15 lines, the largest have hundreds.
pub fn folders(folder: &Path, name: &'static str, below: &str, count: usize) -> Input {
    let folder = folder.join(below);
    let mut all = String::new();
    for number in 0..count {
        let project = folder.join(format!("project{:03}", number / 8));
        let (file, text) = match number % 8 {
            0 => ("nginx.conf".to_owned(), format!("{HEAD}    include conf.d/*.conf;\n}}\n")),
            1 => ("mime.types.conf".to_owned(), MIME_TYPES.to_owned()),
            2 => ("conf.d/many.conf".to_owned(), servers(number, 1 + number * 7 % 12)),
            3 | 4 => (format!("conf.d/site{number}.conf"), servers(number, 1)),
            5 => ("snippets/proxy.conf".to_owned(), proxy_snippet(number)),
            6 => ("sites-available/default".to_owned(), servers(number, 1)),
            _ => ("snippets/php.conf".to_owned(), FASTCGI_PARAMS.to_owned()),
        };
        write(&project.join(file), &text);
        all += &text;
    }
    Input { name, path: folder, text: all.into_bytes() }
}

fn proxy_snippet(number: usize) -> String {
    format!(
        "location /api{number}/ {{\n    proxy_pass http://127.0.0.1:8080;\n    proxy_set_header Host $host;\n    proxy_read_timeout 60s;\n}}\n"
    )
}

/// A main file of 39 lines with a WebSocket location.
fn small() -> String {
    let mut text =
        String::from("worker_processes 1;\nevents {}\nhttp {\n    include mime.types;\n    sendfile on;\n");
    text +=
        "    map $http_upgrade $connection_upgrade {\n        default upgrade;\n        '' close;\n    }\n";
    server(&mut text, 9);
    text + "}\n"
}

/// A main file with `count` virtual hosts of about 31 lines each.
pub fn vhosts(count: usize) -> String {
    HEAD.to_owned() + &servers(0, count) + "}\n"
}

/// `count` virtual hosts, the first of them number `first`.
pub fn servers(first: usize, count: usize) -> String {
    (first..first + count).fold(String::new(), |mut text, number| {
        if number % 10 == 8 {
            upstream(&mut text, number);
        }
        if number % 50 == 5 {
            map(&mut text, number);
        }
        server(&mut text, number);
        text
    })
}

/// A file of 40 lines: one server and what belongs to it.
fn site(number: usize) -> String {
    let mut text = format!("# site {number}\n# kept by the deployment; changes here are lost\n");
    upstream(&mut text, number);
    server(&mut text, number);
    while text.lines().count() < 40 {
        text += "#\n";
    }
    text
}

fn upstream(text: &mut String, number: usize) {
    let _ = writeln!(
        text,
        "    upstream app{number} {{\n        server 127.0.0.1:{};\n        keepalive 16;\n    }}",
        port(number)
    );
}

fn map(text: &mut String, number: usize) {
    let _ = writeln!(
        text,
        "    map $uri $tenant{number} {{\n        default main;\n        ~^/t/  tenant;\n        /old   legacy;\n    }}"
    );
}

fn server(text: &mut String, number: usize) {
    let _ = write!(
        text,
        r"    # customer {number}
    server {{
        listen 8080;
        server_name www{number}.example.com api{number}.example.com;
        root /var/www/site{number}/public;
        access_log logs/access.log;
        add_header X-Frame-Options SAMEORIGIN always;
        client_max_body_size 20m;

        location / {{
            try_files $uri $uri/ /index.php?$query_string;
        }}

        location ~* \.(css|js|png|svg|woff2)$ {{
            expires 30d;
            add_header Cache-Control public;
        }}

"
    );
    match number % 10 {
        0..=4 => php(text, number),
        9 => web_socket(text, number),
        _ => proxied(text, number),
    }
    text.push_str("    }\n\n");
}

fn php(text: &mut String, number: usize) {
    let _ = write!(
        text,
        r"        location ~ \.php$ {{
            include fastcgi_params;
            fastcgi_pass unix:/run/php/php8.2-fpm-{number}.sock;
            fastcgi_index index.php;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_read_timeout 120s;
        }}

        location ~ /\.ht {{
            deny all;
        }}
"
    );
}

fn proxied(text: &mut String, number: usize) {
    let to = if number % 10 == 8 { format!("app{number}") } else { format!("127.0.0.1:{}", port(number)) };
    let (location, last) = match number % 10 {
        6 => (format!(r"~ ^/(api|app{number})/v[0-9]+/"), "proxy_redirect off;".to_owned()),
        7 => ("/app/".to_owned(), format!("rewrite ^/app/old{number}/(.*)$ /app/$1 break;")),
        _ => ("/app/".to_owned(), "proxy_redirect off;".to_owned()),
    };
    let _ = write!(
        text,
        r"        location {location} {{
            proxy_pass http://{to};
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_read_timeout 90s;  # reports take long
            {last}
        }}

"
    );
}

/// Of a thousand servers about a hundred have one, and of these three lack a header.
fn web_socket(text: &mut String, number: usize) {
    let headers = match number % 1_000 {
        9 if number > 9 => "",
        109 => "            proxy_set_header Upgrade $http_upgrade;\n",
        209 => "            proxy_http_version 1.1;\n            proxy_set_header Connection \"upgrade\";\n",
        rest if rest % 20 == 9 => {
            "            proxy_http_version 1.1;\n            proxy_set_header Upgrade $http_upgrade;\n            proxy_set_header Connection $connection_upgrade;\n"
        }
        _ => {
            "            proxy_http_version 1.1;\n            proxy_set_header Upgrade $http_upgrade;\n            proxy_set_header Connection \"upgrade\";\n"
        }
    };
    let _ = write!(
        text,
        "        location /socket.io/ {{\n            proxy_pass http://127.0.0.1:{};  # the chat\n{headers}            proxy_set_header Host $host;\n            proxy_read_timeout 1h;\n            proxy_buffering off;\n        }}\n",
        port(number)
    );
}

fn port(number: usize) -> usize {
    3000 + number % 6000
}

/// Shapes of which one property is doubled, for whoever asks whether the time doubles with it.
pub const SHAPES: [(&str, fn(usize) -> String); 9] = [
    ("servers", |count| vhosts(count)),
    ("locations of a server", locations),
    ("proxied locations with set", with_set),
    ("internal locations", internal),
    ("auth_request", subrequests),
    ("dispatches by if", dispatches),
    ("findings", findings),
    ("inherited headers", headers),
    ("map entries", map_entries),
];

fn in_server(above: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.collect();
    format!("events {{}}\nhttp {{\n{above}server {{\nlisten 8080;\n{lines}}}\n}}\n")
}

fn locations(count: usize) -> String {
    in_server(
        "",
        (0..count).map(|it| format!("location /a{it}/ {{ proxy_pass http://127.0.0.1:{}; }}\n", port(it))),
    )
}

fn with_set(count: usize) -> String {
    let one = |it: usize| {
        format!(
            "location /ws{it}/ {{ set $up \"up{it}\"; if ($arg_x) {{ set $up x; }} proxy_pass http://127.0.0.1:1/$up; proxy_set_header Upgrade $up; }}\n"
        )
    };
    in_server("", (0..count).map(one))
}

fn internal(count: usize) -> String {
    let one = |it: usize| {
        format!(
            "location /ws/i{it}/ {{ internal; proxy_pass http://127.0.0.1:1; proxy_set_header Upgrade $http_upgrade; }}\nlocation /ws/o{it}/ {{ error_page 418 /ws/i{it}/; return 418; }}\n"
        )
    };
    in_server("", (0..count).map(one))
}

fn subrequests(count: usize) -> String {
    let one = |it: usize| {
        format!(
            "location /ws/s{it}/ {{ auth_request /auth{it}; proxy_pass http://127.0.0.1:1; }}\nlocation = /auth{it} {{ internal; proxy_pass http://127.0.0.1:2; }}\n"
        )
    };
    in_server("", (0..count).map(one))
}

fn dispatches(count: usize) -> String {
    let one = |it: usize| {
        format!(
            "location /d{it}/ {{ if ($http_upgrade) {{ return 418; }} error_page 418 = @ws{it}; proxy_pass http://127.0.0.1:1; }}\nlocation @ws{it} {{ proxy_pass http://127.0.0.1:2; }}\n"
        )
    };
    in_server("", (0..count).map(one))
}

fn findings(count: usize) -> String {
    let one = |it: usize| {
        format!(
            "location /socket.io/{it}/ {{ proxy_pass http://127.0.0.1:1; proxy_set_header Upgrade $http_upgrade; }}\n"
        )
    };
    in_server("", (0..count).map(one))
}

/// As many headers as locations, but their product stays what nginx itself would merge.
fn headers(count: usize) -> String {
    let above: String = (0..count).map(|it| format!("proxy_set_header X-H{it} v;\n")).collect();
    in_server(
        &above,
        (0..count).map(|it| format!("location /ws/{it}/ {{ proxy_pass http://127.0.0.1:1; }}\n")),
    )
}

/// As many entries as locations whose header hangs on the map.
fn map_entries(count: usize) -> String {
    let entries: String = (0..count).map(|it| format!("key{it} v;\n")).collect();
    let above = format!("map $http_upgrade $c {{\n{entries}default upgrade;\n}}\n");
    let one = |it: usize| {
        format!(
            "location /ws/{it}/ {{ proxy_pass http://127.0.0.1:1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; proxy_http_version 1.1; }}\n"
        )
    };
    in_server(&above, (0..count).map(one))
}

/// Writes one file and the folders above it.
pub fn write(path: &Path, text: &str) -> PathBuf {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).unwrap();
        if path.ends_with("nginx.conf") {
            // nginx opens its logs even for a test.
            std::fs::create_dir_all(folder.join("logs")).unwrap();
        }
    }
    std::fs::write(path, text).unwrap();
    path.to_path_buf()
}
