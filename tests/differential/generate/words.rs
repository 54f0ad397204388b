//! The words that configurations and requests are made of. They are few, so that they meet.

/// A regex and paths that it matches.
pub(super) type Sampled = (&'static str, &'static [&'static str]);

/// Names of prefix locations, as written.
pub(super) const PREFIXES: [&str; 20] = [
    "/",
    "/",
    "/ws",
    "/ws",
    "/ws/",
    "/ws/",
    "/chat",
    "/chat/",
    "/chat/",
    "/chat/room/",
    "/api",
    "/api/",
    "/api/v1/",
    "/live/",
    "/static/",
    "/app",
    "/w",
    "\"/a b/\"",
    "/WS/",
    "/err.html",
];

/// Regexes of locations, as written.
pub(super) const REGEXES: [Sampled; 12] = [
    ("^/ws/(.*)$", &["/ws/", "/ws/x", "/ws/a/b"]),
    ("^/(?<seg>[a-z]+)/([0-9]+)$", &["/chat/42", "/api/7", "/ws/1"]),
    ("\\.(html|txt)$", &["/x.html", "/static/a.txt", "/err.html"]),
    ("/room", &["/chat/room/1", "/room", "/api/room"]),
    ("^/api/v(\\d+)/?", &["/api/v1", "/api/v2/x", "/api/v1/"]),
    ("ws$", &["/ws", "/chat/ws", "/xws"]),
    ("^/(?:chat|live)/(.+)", &["/chat/x", "/live/y/z"]),
    ("\"^/\\w{2}/\"", &["/ws/", "/ws/q", "/ab/"]),
    ("^/(chat|ws)$", &["/chat", "/ws"]),
    ("\"^/a b/(?<seg>.*)\"", &["/a%20b/x.txt", "/a%20b/"]),
    ("^/((?i)live)/?$", &["/live", "/LIVE/"]),
    (".", &["/any", "/"]),
];

/// Regexes over paths for `rewrite` and `if`, as written.
pub(super) const PATTERNS: [&str; 16] = [
    "^",
    "^",
    "^/ws",
    "^/ws/(.*)$",
    "^/ws/?$",
    "^/chat/(.*)$",
    "^/chat",
    "^/api/v(\\d+)/(.*)$",
    "^/api(/.*)?$",
    "^/(.*)$",
    "^/(?<seg>\\w+)/",
    "/$",
    "^/live/(\\w+)",
    "\"^/\\w{2,3}$\"",
    "room",
    "(?i)^/WS",
];

/// What `rewrite` puts in place, as written.
pub(super) const REPLACEMENTS: [&str; 16] = [
    "/ws/$1",
    "/ws",
    "/ws$uri",
    "/chat/$1",
    "/chat/room/$1",
    "/live/$1?k=$1",
    "/live/x",
    "/api/v1/$2",
    "/api/v1/?",
    "/static/a.txt",
    "/ws/?x=$arg_v",
    "\"/a b/$1\"",
    "/$1",
    "/app?",
    "/$seg/$1",
    "/WS/$s1",
];

/// Where a redirect leads, as written.
pub(super) const REDIRECTS: [&str; 4] =
    ["https://x.test$request_uri", "http://x.test/$1", "$scheme://$host/moved", "https://$http_host/"];

/// Values for `set`, as written.
pub(super) const VALUES: [&str; 16] = [
    "1",
    "0",
    "\"\"",
    "yes",
    "websocket",
    "upgrade",
    "$http_upgrade",
    "$http_connection",
    "$1",
    "$uri",
    "$args",
    "$arg_v",
    "$request_method",
    "$s2",
    "$http_x_flag",
    "\"$s1-$flag\"",
];

/// Conditions of `if`, as written.
pub(super) const CONDITIONS: [&str; 34] = [
    "($http_upgrade)",
    "($http_upgrade = websocket)",
    "($http_upgrade ~* websocket)",
    "($http_upgrade ~* ^websocket$)",
    "($http_upgrade !~* websocket)",
    "($http_upgrade != websocket)",
    "($http_upgrade = \"\")",
    "($http_connection ~* upgrade)",
    "($connection_upgrade = upgrade)",
    "($request_method = POST)",
    "($request_method !~ ^(GET|HEAD)$)",
    "($request_method = GET)",
    "($uri ~ ^/ws/(.*)$)",
    "($uri ~ ^/(?<seg>[a-z]+))",
    "($uri !~ ws)",
    "($uri ~* WS)",
    "($request_uri ~ \"^/(\\w+)\\?\")",
    "($args ~ v=(\\w+))",
    "($args)",
    "($arg_v)",
    "($arg_v = 1)",
    "($http_x_flag)",
    "($http_x_flag = 1)",
    "($http_x_flag != 0)",
    "($flag)",
    "($flag = yes)",
    "($s1)",
    "($s1 = 1)",
    "($s2 ~ (.))",
    "($host = a.test)",
    "($host ~ ^(?<sub>[a-z]+)\\.)",
    "($http_origin ~* test)",
    "($is_args)",
    "($server_protocol = HTTP/1.0)",
];

/// Conditions on files, as written.
pub(super) const FILE_TESTS: [&str; 6] = [
    "(-f $request_filename)",
    "(!-f $request_filename)",
    "(-e $document_root$uri)",
    "(!-e $document_root$uri)",
    "(-d $document_root/ws)",
    "(-x $request_filename)",
];

/// Server names, as written, and hosts that they match.
pub(super) const NAMES: [Sampled; 13] = [
    ("a.test", &["a.test"]),
    ("a.test", &["a.test"]),
    ("b.test", &["b.test"]),
    ("chat.a.test", &["chat.a.test"]),
    ("*.a.test", &["x.a.test", "chat.a.test", "x.y.a.test"]),
    ("*.test", &["z.test", "z.b.test"]),
    (".b.test", &["b.test", "y.b.test"]),
    ("www.*", &["www.test", "www.a.test"]),
    ("~^(?<sub>[a-z]+)\\.c\\.test$", &["foo.c.test"]),
    ("~^(www\\.)?c\\.test$", &["c.test", "www.c.test"]),
    ("~TEST", &["q.test"]),
    ("\"\"", &[]),
    ("_", &["_"]),
];

/// Hosts that lead to no name, or nowhere.
pub(super) const ODD_HOSTS: [&str; 10] = [
    "none.example",
    "A.TEST",
    "a.test.",
    "b.test:99",
    "10.1.2.3",
    "a..test",
    "a/b",
    "a^b",
    "[::1]",
    "a.test:x",
];

/// Requests that belong to nobody's location, or to all.
pub(super) const TARGETS: [&str; 22] = [
    "/",
    "/ws",
    "/ws/",
    "/chat",
    "/chat/room/5",
    "/api/v1/x.html",
    "/live/",
    "/static/a.txt",
    "/static/",
    "/static",
    "/nothing",
    "/err.html",
    "/ws/index.html",
    "/chat/room",
    "/a%20b/x.txt",
    "/WS/",
    "/app/1",
    "/w",
    "/_auth",
    "/index.html",
    "/api",
    "/live/x",
];

/// Queries.
pub(super) const QUERIES: [&str; 8] = ["?", "?v=1", "?v=0", "?v=x&k=2", "?a=b%20c", "?V=1", "?v", "?x=/ws/"];

/// Ways to write a part of a path differently; the first word becomes the second.
pub(super) const SPELLINGS: [(&str, &str); 13] = [
    ("/ws", "/%77s"),
    ("/", "//"),
    ("/chat/", "/chat/../ws/"),
    ("/ws", "/./ws"),
    ("/ws/", "/ws%2F"),
    ("/a", "/x/..//a"),
    ("/", "/%2e/"),
    ("/api", "/API"),
    ("/", "/../"),
    ("x", "%zz"),
    ("s", "%73"),
    ("t/", "t/."),
    ("/ws", "/ws%3Fv=1"),
];

/// Files that a location may serve, for `try_files` and `index`.
pub(super) const NAMED: [&str; 3] = ["@ws", "@app", "@fallback"];
