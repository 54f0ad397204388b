//! Turns `src/catalogue/cves.yaml` into the table that `src/catalogue/cve.rs` includes.

use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use crate::emit::{Result, option, quoted, read, slice, write};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Cve {
    id: String,
    title: String,
    severity: Option<String>,
    affected: Vec<(String, Option<String>)>,
    fixed: Vec<String>,
    platform: Option<String>,
    needs: String,
    report: Option<bool>,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    when: When,
    confidence: String,
    sources: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct When {
    always: bool,
    any: Vec<Use>,
    all: Vec<Vec<Use>>,
    together: Vec<Together>,
    unless: Option<Use>,
    smtp: bool,
    check: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Together {
    within: String,
    uses: Vec<Use>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Use {
    directive: String,
    context: Option<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    has: Option<String>,
    #[serde(default)]
    starts: Vec<String>,
    #[serde(default)]
    at_least: u64,
    #[serde(default)]
    absent: bool,
    #[serde(default)]
    or_unset: bool,
}

/// Writes `cves.rs`.
pub(crate) fn compile() -> Result<()> {
    let cves: Vec<Cve> = serde_yaml::from_str(&read(Path::new("src/catalogue/cves.yaml"))?)?;
    let mut out = format!("static CVES: [Cve; {}] = [\n", cves.len());
    for cve in &cves {
        let report = cve.report.unwrap_or(true);
        if report && cve.when.is_empty() {
            return Err(format!("{}: `when` is missing, or `report: false`", cve.id).into());
        }
        writeln!(out, "{},", written(cve, report && cve.platform.is_none())?)?;
    }
    out.push_str("];\n");
    write("cves.rs", &out)
}

impl When {
    fn is_empty(&self) -> bool {
        let lists = self.any.is_empty() && self.all.is_empty() && self.together.is_empty();
        !self.always && lists && self.check.is_none()
    }
}

fn written(cve: &Cve, report: bool) -> Result<String> {
    let affected: Result<Vec<String>> = { cve.affected.iter() }
        .map(|(from, to)| {
            let to = to.as_deref().map(version).transpose()?;
            Ok(format!("({}, {})", version(from)?, option(to, |to| to)))
        })
        .collect();
    let fixed: Result<Vec<String>> = cve.fixed.iter().map(|fixed| version(fixed)).collect();
    Ok(format!(
        "Cve {{ id: {:?}, title: {:?}, severity: {}, affected: {}, fixed: {}, platform: {}, needs: {:?}, report: {report}, once: {}, \
         when: {}, confidence: {:?}, sources: {}, note: {} }}",
        cve.id,
        cve.title,
        option(cve.severity.as_ref(), quoted),
        slice(affected?, |text| text),
        slice(fixed?, |text| text),
        option(cve.platform.as_ref(), quoted),
        cve.needs,
        cve.once,
        when(&cve.when),
        cve.confidence,
        slice(&cve.sources, quoted),
        option(cve.note.as_ref(), quoted),
    ))
}

/// `1.3.13` as `Version::new(1, 3, 13)`.
fn version(text: &str) -> Result<String> {
    let parts: Vec<u16> = text.split('.').map(str::parse).collect::<std::result::Result<_, _>>()?;
    match parts.as_slice() {
        [major, minor, patch] => Ok(format!("Version::new({major}, {minor}, {patch})")),
        _ => Err(format!("`{text}` is no version").into()),
    }
}

fn when(when: &When) -> String {
    format!(
        "When {{ always: {}, any: {}, all: {}, together: {}, unless: {}, smtp: {}, check: {} }}",
        when.always,
        slice(&when.any, used),
        slice(&when.all, |uses| slice(uses, used)),
        slice(&when.together, |it| format!(
            "Together {{ within: {:?}, uses: {} }}",
            it.within,
            slice(&it.uses, used)
        )),
        option(when.unless.as_ref(), used),
        when.smtp,
        option(when.check.as_ref(), quoted),
    )
}

/// `2097152` as `2_097_152`.
fn separated(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|it| std::str::from_utf8(it).ok()).collect();
    groups.join("_")
}

fn used(it: &Use) -> String {
    format!(
        "Use {{ directive: {:?}, context: {}, words: {}, except: {}, has: {}, starts: {}, at_least: {}, absent: {}, \
         or_unset: {} }}",
        it.directive,
        option(it.context.as_ref(), quoted),
        slice(&it.words, quoted),
        slice(&it.except, quoted),
        option(it.has.as_ref(), quoted),
        slice(&it.starts, quoted),
        separated(it.at_least),
        it.absent,
        it.or_unset,
    )
}
