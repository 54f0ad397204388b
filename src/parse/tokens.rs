//! `--tokens`: what nginx's tokenizer alone makes of one file.

use std::io::{self, Write};

use super::Status;
use super::json::{Encoding, Json};
use crate::syntax::{Ended, ReadStatement, Refusal, read_as_nginx};

/// Writes the line of one file.
pub(super) fn write(name: &str, text: &[u8], encoding: Encoding, out: &mut dyn Write) -> io::Result<Status> {
    let (statements, refusal) = read_as_nginx(text);
    let mut json = Json::new(out, None, encoding);
    json.object()?;
    json.key("file")?;
    json.text(name)?;
    verdict(&mut json, refusal.as_ref())?;
    json.key("statements")?;
    json.array()?;
    for read in &statements {
        statement(&mut json, read)?;
    }
    json.finish()?;
    Ok(if refusal.is_some() { Status::Failed } else { Status::Ok })
}

fn verdict(json: &mut Json<'_>, refusal: Option<&Refusal>) -> io::Result<()> {
    json.key("verdict")?;
    json.text(if refusal.is_some() { "error" } else { "ok" })?;
    json.key("message")?;
    match refusal {
        Some(refusal) => json.bytes(&refusal.message)?,
        None => json.null()?,
    }
    json.key("line")?;
    json.number_or_null(refusal.map(|refusal| refusal.line))
}

fn statement(json: &mut Json<'_>, read: &ReadStatement) -> io::Result<()> {
    json.array()?;
    json.text(match read.ended {
        Ended::Simple => "simple",
        Ended::Block => "block",
        Ended::Close => "close",
    })?;
    json.number(read.line)?;
    json.strings(read.words.iter().map(Vec::as_slice))?;
    json.close()
}
