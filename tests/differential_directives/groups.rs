//! Directives that nginx compares with each other, by what they are about.

/// Where the lines stand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inside {
    /// In the levels of `http`.
    Levels,
    /// In three servers.
    Servers,
    /// In two upstreams.
    Upstream,
}

/// Lines of which any may stand beside any other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub(crate) inside: Inside,
    pub(crate) lines: &'static [&'static str],
}

const fn levels(lines: &'static [&'static str]) -> Group {
    Group { inside: Inside::Levels, lines }
}

pub(crate) const GROUPS: [Group; 13] = [
    levels(&[
        "proxy_buffers 4 8k;",
        "proxy_buffers 1 64k;",
        "proxy_buffers 8 256k;",
        "proxy_buffer_size 16k;",
        "proxy_buffer_size 128k;",
        "proxy_buffer_size 1k;",
        "proxy_busy_buffers_size 8k;",
        "proxy_busy_buffers_size 64k;",
        "proxy_busy_buffers_size 256k;",
        "proxy_temp_file_write_size 16k;",
        "proxy_temp_file_write_size 1m;",
        "proxy_max_temp_file_size 0;",
        "proxy_max_temp_file_size 32k;",
    ]),
    levels(&[
        "fastcgi_buffers 4 8k;",
        "fastcgi_buffers 16 16k;",
        "fastcgi_buffer_size 16k;",
        "fastcgi_buffer_size 128k;",
        "fastcgi_busy_buffers_size 8k;",
        "fastcgi_busy_buffers_size 256k;",
        "scgi_buffers 2 32k;",
        "scgi_buffer_size 64k;",
        "uwsgi_max_temp_file_size 2k;",
        "uwsgi_buffer_size 8k;",
    ]),
    levels(&[
        "large_client_header_buffers 4 8k;",
        "large_client_header_buffers 4 256;",
        "connection_pool_size 256;",
        "connection_pool_size 16k;",
        "client_header_buffer_size 1k;",
    ]),
    levels(&[
        "types_hash_max_size 0;",
        "types_hash_bucket_size 0;",
        "types_hash_bucket_size 128;",
        "types { a/b aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; }",
        "types { a/b c; }",
        "gzip_types application/vnd.openxmlformats-officedocument.wordprocessingml.document;",
        "gzip_types text/css;",
        "ssi_types aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa *;",
        "variables_hash_bucket_size 128;",
        "set $aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1;",
    ]),
    levels(&[
        "proxy_headers_hash_max_size 0;",
        "proxy_headers_hash_bucket_size 128;",
        "proxy_headers_hash_bucket_size 0;",
        "proxy_set_header X-Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1;",
        "proxy_set_header X-A 1;",
        "proxy_hide_header X-Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;",
        "proxy_hide_header X-A;",
        "proxy_pass_header Server;",
        "fastcgi_param HTTP_Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1;",
        "fastcgi_param A 1;",
        "grpc_set_header Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1;",
    ]),
    levels(&[
        "map_hash_max_size 0;",
        "map_hash_bucket_size 128;",
        "map_hash_bucket_size 0;",
        "map $uri $a { a b; }",
        "map $uri $b { default b; }",
        "map $uri $c { aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b; }",
        "map $host $d { hostnames; *.aaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b; }",
        "referer_hash_max_size 0;",
        "valid_referers a.b c.d;",
        "valid_referers *.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b;",
        "valid_referers a.*.b;",
    ]),
    levels(&[
        "limit_req_zone $uri zone=a:1m rate=1r/s;",
        "limit_req_zone $uri zone=a:2m rate=1r/s;",
        "limit_conn_zone $uri zone=a:1m;",
        "limit_conn_zone $uri zone=b:1m;",
        "limit_conn b 1;",
        "limit_req zone=a;",
        "limit_req zone=a burst=5;",
        "log_format x a;",
        "proxy_cache_path %D/c keys_zone=b:1m;",
    ]),
    levels(&[
        "proxy_ssl_verify on;",
        "proxy_ssl_verify off;",
        "proxy_ssl_name a;",
        "proxy_pass https://127.0.0.1;",
        "proxy_pass http://127.0.0.1;",
        "secure_link $uri;",
        "secure_link_md5 $uri;",
        "secure_link_secret a;",
        "proxy_store on;",
        "proxy_cache off;",
    ]),
    Group {
        inside: Inside::Servers,
        lines: &[
            "listen %P;",
            "listen 127.0.0.1:%Q;",
            "listen %Q;",
            "listen *:%Q default_server;",
            "listen %P default_server;",
            "listen %P bind;",
            "listen %P backlog=5;",
            "listen %P proxy_protocol;",
            "listen [::1]:%Q;",
            "listen [::0:1]:%Q default;",
            "listen unix:%D/s;",
            "server_name a;",
        ],
    },
    Group {
        inside: Inside::Servers,
        lines: &[
            "listen %P;",
            "listen 127.0.0.1:%Q;",
            "server_name a b;",
            "server_name a*b;",
            "server_name a..b c;",
            "server_name *.a;",
            "server_name ~^(.*)$;",
            "server_name ~x;",
            "server_name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b;",
            "server_name *.aaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;",
            "server_name .aaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;",
        ],
    },
    Group {
        inside: Inside::Upstream,
        lines: &[
            "server 127.0.0.1;",
            "server 127.0.0.2 backup;",
            "server 127.0.0.3 down;",
            "ip_hash;",
            "hash $uri;",
            "least_conn;",
            "random;",
            "keepalive 5;",
        ],
    },
    Group {
        inside: Inside::Upstream,
        lines: &[
            "server 127.0.0.1;",
            "server a.test resolve;",
            "server 127.0.0.1 resolve;",
            "server a.test resolve service=x;",
            "server a.test:80 resolve service=x;",
            "zone z 64k;",
            "zone z 128k;",
            "zone y 64k;",
        ],
    },
    levels(&[
        "proxy_headers_hash_max_size 0;",
        "server_names_hash_bucket_size 0;",
        "variables_hash_max_size 0;",
        "types_hash_max_size 0;",
        "large_client_header_buffers 4 1;",
        "return 200 $nosuch;",
        "proxy_buffers 1 1;",
        "location /b { }",
        "charset_map a A { }",
    ]),
];
