//! For code scanning: [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
//!
//! All rules are listed, so that the first result of a rule can refer to it too.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::Report;
use crate::{
    contract::diff::{
        Finding,
        rule::{RULES, Verdict},
    },
    support::json,
};

/// The characters that a path in a URI may contain unescaped.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

pub(crate) fn sarif(report: &Report<'_>) -> String {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|about| {
            json!({
                "id": about.id,
                "shortDescription": { "text": about.title },
                "helpUri": Finding::page(about.id),
                "defaultConfiguration": { "level": level(about.verdict) },
                "properties": { "verdict": about.verdict },
            })
        })
        .collect();
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    json::text(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "routegen diff",
                "informationUri": "https://github.com/routegen/routegen",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "results": results,
        }],
    }))
}

fn result(finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.id,
        "ruleIndex": finding.rule as usize,
        "level": level(finding.verdict),
        "message": { "text": format!("{}: {}", finding.operation, finding.message) },
        "partialFingerprints": { "routegen/v1": format!("{}:{}:{}", finding.id, finding.operation, finding.fingerprint()) },
        "properties": {
            "verdict": finding.verdict,
            "operation": finding.operation,
            "fingerprint": finding.fingerprint(),
            "before": finding.before,
            "after": finding.after,
        },
    });
    if let Some(place) = &finding.place {
        let uri = utf8_percent_encode(&place.file, PATH).to_string();
        result["locations"] = json!([{
            "physicalLocation": { "artifactLocation": { "uri": uri }, "region": { "startLine": place.line } },
        }]);
    }
    result
}

fn level(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaking | Verdict::Loosening => "error",
        Verdict::Widening | Verdict::Warning => "warning",
    }
}
