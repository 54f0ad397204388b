//! A main file with statements in some of its blocks, and nothing else that matters.

use std::fmt::Write as _;

use ngxlint::catalogue::{Context, Family};

use crate::subject::Subject;

/// Statements by the block that they stand in.
pub(crate) struct Configuration<'a> {
    subject: &'a Subject<'a>,
    placed: Vec<(Context, String)>,
}

/// Folders and files that nginx opens while it reads the configuration, and what a block cannot be without.
const FRAME: [(Context, &[&str]); 9] = [
    (Context::Main, &["pid {folder}/frame.pid"]),
    (
        Context::Http,
        &[
            "access_log off",
            "client_body_temp_path {folder}/t1",
            "proxy_temp_path {folder}/t2",
            "fastcgi_temp_path {folder}/t3",
            "uwsgi_temp_path {folder}/t4",
            "scgi_temp_path {folder}/t5",
        ],
    ),
    (Context::Server, &["listen unix:{folder}/http.sock"]),
    (Context::Upstream, &["server 127.0.0.1:9"]),
    (Context::Stream, &[]),
    (Context::StreamServer, &["listen unix:{folder}/stream.sock", "proxy_pass 127.0.0.1:9"]),
    (Context::StreamUpstream, &["server 127.0.0.1:9"]),
    (Context::Mail, &["auth_http 127.0.0.1:9/auth"]),
    (Context::MailServer, &["listen unix:{folder}/mail.sock", "protocol smtp"]),
];

/// Modules that are loaded for their own directives.
const LOADED: [&str; 6] = [
    "ngx_http_geoip_module",
    "ngx_http_image_filter_module",
    "ngx_http_xslt_filter_module",
    "ngx_stream_geoip_module",
    "ngx_stream_module",
    "ngx_mail_module",
];

impl<'a> Configuration<'a> {
    pub(crate) fn of(subject: &'a Subject<'a>) -> Self {
        Self { subject, placed: Vec::new() }
    }

    /// Adds a statement to a block.
    pub(crate) fn with(mut self, context: Context, statement: &str) -> Self {
        self.placed.push((context, statement.to_owned()));
        self
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        let sample = &self.subject.sample;
        let mut text = self.modules() + &sample.main + "\n" + &self.inside(Context::Main);
        if !self.places(Context::Main, "events") {
            let _ = write!(text, "events {{\n{}}}\n", self.inside(Context::Events));
        }
        for (family, name, inside) in [
            (Family::Http, "http", self.http()),
            (Family::Stream, "stream", self.stream()),
            (Family::Mail, "mail", self.mail()),
        ] {
            if self.subject.variant.family == family {
                let _ = write!(text, "{name} {{\n{}\n{inside}}}\n", sample.top);
            }
        }
        text
    }

    fn modules(&self) -> String {
        let module = self.subject.variant.module;
        let base = match self.subject.variant.family {
            Family::Stream => Some("ngx_stream_module"),
            Family::Mail => Some("ngx_mail_module"),
            _ => None,
        };
        let own = LOADED.iter().copied().find(|name| *name == module);
        let names = base.into_iter().chain(own);
        names.fold(String::new(), |text, name| {
            let path = self.subject.release.module(name);
            text + "load_module "
                + &path.display().to_string()
                + ";
"
        })
    }

    fn http(&self) -> String {
        let inside = |context| self.inside(context);
        format!(
            "{}upstream frame {{\n{}}}\nserver {{\n{}if ($request_method = FRAME) {{\n{}}}\nlocation /frame {{\n{}\
             if ($request_method = FRAME) {{\n{}}}\n{}}}\n}}\n",
            inside(Context::Http),
            inside(Context::Upstream),
            inside(Context::Server),
            inside(Context::IfInServer),
            inside(Context::Location),
            inside(Context::IfInLocation),
            self.limit_except(),
        )
    }

    /// A second one in a location is refused.
    fn limit_except(&self) -> String {
        if self.places(Context::Location, "limit_except") {
            return String::new();
        }
        format!("limit_except POST {{\n{}}}\n", self.inside(Context::LimitExcept))
    }

    /// Whether the statement is `name` and stands in `context`.
    fn places(&self, context: Context, name: &str) -> bool {
        self.subject.name == name && self.placed.iter().any(|(of, _)| *of == context)
    }

    fn stream(&self) -> String {
        let [top, upstream, server] = [Context::Stream, Context::StreamUpstream, Context::StreamServer]
            .map(|context| self.inside(context));
        format!("{top}upstream frame {{\n{upstream}}}\nserver {{\n{server}}}\n")
    }

    fn mail(&self) -> String {
        let [top, server] = [Context::Mail, Context::MailServer].map(|context| self.inside(context));
        format!("{top}server {{\n{server}}}\n")
    }

    /// What stands in a block: the frame's lines, but none of the directive that is tried, and what was placed there.
    fn inside(&self, context: Context) -> String {
        let Self { subject, placed } = self;
        let frame = FRAME.iter().filter(|(of, _)| *of == context).flat_map(|(_, lines)| lines.iter());
        let own: String = placed.iter().filter(|(of, _)| *of == context).map(|(_, text)| &**text).collect();
        let frame = frame.filter(|line| {
            let name = line.split(' ').next().unwrap_or_default();
            let is_excluded = name == subject.name || subject.sample.instead_of.iter().any(|it| it == name);
            own.is_empty() || !is_excluded
        });
        let lines = frame.fold(String::new(), |lines, line| lines + line + ";\n");
        let beside = if own.is_empty() { "" } else { &subject.sample.beside };
        format!("{lines}{beside}\n{own}")
    }
}
