//! What holds in every manifest that a writer finished.
//!
//! Tests, the simulator and the screen ask these; each answers with violations, never with a panic.

use base::check::Violation;
use base::span::{self, subtract};

use super::model::{BackupManifest, RowCount};

/// All rules at once.
pub fn check(manifest: &BackupManifest) -> Vec<Violation> {
    let mut found = Vec::new();
    window_runs_forward(manifest, &mut found);
    counts_add_up(manifest, &mut found);
    files_lie_in_spans(manifest, &mut found);
    introduced_are_spans(manifest, &mut found);
    history_lies_in_window(manifest, &mut found);
    found
}

/// The end is later than the start, and there is an end.
fn window_runs_forward(manifest: &BackupManifest, found: &mut Vec<Violation>) {
    if manifest.end() < manifest.start() || manifest.end().is_zero() {
        found.push(Violation {
            rule: "window_runs_forward",
            found: format!("({}, {}]", manifest.start(), manifest.end()),
        });
    }
}

/// The counts of all files give the manifest's counts.
fn counts_add_up(manifest: &BackupManifest, found: &mut Vec<Violation>) {
    let mut sum = RowCount::default();
    for file in &manifest.files {
        sum.add(file.entry_counts);
    }
    if sum != manifest.entry_counts {
        found.push(Violation {
            rule: "counts_add_up",
            found: format!("files give {sum:?}, the manifest says {:?}", manifest.entry_counts),
        });
    }
}

/// No file holds keys that were not asked for, and files are in order.
fn files_lie_in_spans(manifest: &BackupManifest, found: &mut Vec<Violation>) {
    let spans: Vec<span::Span> = span::merge(manifest.spans.iter().map(Into::into).collect());
    for file in &manifest.files {
        let held = span::Span::from(&file.span);
        if !spans.iter().any(|asked| asked.contains(&held)) {
            found.push(Violation { rule: "files_lie_in_spans", found: file.path.clone() });
        }
    }
    for pair in manifest.files.windows(2) {
        if let [a, b] = pair
            && (&a.span.key, &a.span.end_key) > (&b.span.key, &b.span.end_key)
        {
            found.push(Violation { rule: "files_in_order", found: b.path.clone() });
        }
    }
}

/// What is new to the chain was also asked for.
fn introduced_are_spans(manifest: &BackupManifest, found: &mut Vec<Violation>) {
    let spans: Vec<span::Span> = manifest.spans.iter().map(Into::into).collect();
    let introduced: Vec<span::Span> = manifest.introduced_spans.iter().map(Into::into).collect();
    let outside = subtract(introduced, spans);
    if !outside.is_empty() {
        found.push(Violation { rule: "introduced_are_spans", found: format!("{outside:?}") });
    }
}

/// Changes of descriptors come only with history, and happened before the end.
fn history_lies_in_window(manifest: &BackupManifest, found: &mut Vec<Violation>) {
    let late = manifest.descriptor_changes.iter().any(|change| {
        let time: base::hlc::Timestamp = change.time.into();
        time > manifest.end()
    });
    if late || (!manifest.has_history() && !manifest.descriptor_changes.is_empty()) {
        found.push(Violation {
            rule: "history_lies_in_window",
            found: format!("{} changes", manifest.descriptor_changes.len()),
        });
    }
}
