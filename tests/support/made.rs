//! Fixtures for the tests of the laboratory itself.

use super::fixture::{Fixture, Lab};
use super::nginx::Nginx;

/// A fixture written for one test of the laboratory itself.
#[derive(Debug)]
pub(crate) struct Made(tempfile::TempDir);

impl Made {
    /// Writes configurations whose `/chat/` has the given lines beside its pass; a name in `fragment` has
    /// nothing else.
    pub(crate) fn new(variants: &[(&str, &str)]) -> Self {
        let folder = tempfile::TempDir::new().expect("a fixture that can be written");
        for (name, lines) in variants {
            let variant = folder.path().join(name);
            std::fs::create_dir(&variant).expect("a fixture that can be written");
            let frame = if name.ends_with("fragment") { FRAGMENT } else { CONFIGURATION };
            let text = frame.replace("LINES", lines);
            std::fs::write(variant.join("nginx.conf"), text).expect("a fixture that can be written");
        }
        Self(folder)
    }

    /// The same with a `probe` file.
    pub(crate) fn with_probe(variants: &[(&str, &str)], probe: &str) -> Self {
        let made = Self::new(variants);
        std::fs::write(made.0.path().join("probe"), probe).expect("a fixture that can be written");
        made
    }

    /// What the laboratory finds.
    pub(crate) fn problems(&self, rule: &str, lab: &Lab) -> Vec<String> {
        self.fixture(rule).problems(lab)
    }

    /// What `nginx -t` finds, where only that is asked.
    pub(crate) fn refusals(&self, rule: &str) -> Vec<String> {
        self.fixture(rule).refusals(&Nginx::both())
    }

    fn fixture(&self, rule: &str) -> Fixture {
        Fixture::read(self.0.path(), rule).expect("a fixture that can be read")
    }
}

const CONFIGURATION: &str = "user www-data;
events {}
http {
    access_log /var/log/nginx/access.log;
    upstream chat { server chat.internal:3000; }
    server {
        listen 80;
        listen [::]:80 ipv6only=on;
        return 301 https://$host$request_uri;
    }
    server {
        listen 443 ssl;
        server_name chat.example.com;
        ssl_certificate /etc/ssl/chat.pem;
        ssl_certificate_key /etc/ssl/chat.key;
        location / { return 204; }
        location /chat/ {
            # expect: WS101
            proxy_pass http://chat;
            LINES
        }
    }
}
stream { server { listen 9000; proxy_pass 127.0.0.1:3000; } }
";
const FRAGMENT: &str = "location /chat/ { LINES proxy_pass http://chat.internal:3000; }";

/// The three lines that a WebSocket needs.
pub(crate) const TRIO: &str =
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

/// The same without the version.
pub(crate) const PAIR: &str = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";
