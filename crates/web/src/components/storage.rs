//! Storage: buckets as trees of objects; one object opened and decoded.

use protocol::storage::{Bucket, Object, StorageView};
use protocol::time::Nanos;

use super::agenda::empty;
use super::icons::{self, icon};
use super::map_panel::statement;
use super::object::object_pane;
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::state::inspect::{self, Inspector};
use crate::state::{Intent, World, page, shell};

/// What may befall a bucket: words and verb; the last ends the others.
const FAULTS: [(&str, &str); 7] = [
    ("Outage", "outage"),
    ("Deny", "deny"),
    ("Expire its keys", "expire"),
    ("Slow", "slow"),
    ("Throttle", "throttle"),
    ("Lock objects", "lock"),
    ("Allow again", "allow"),
];

/// The tab.
pub(crate) fn storage(view: &StorageView, world: &World, at: &Inspector, on: &On) -> Vec<El> {
    if let Some((bucket, path)) = &at.object {
        return object_pane(bucket, path, world.object.as_deref(), on);
    }
    let filled = view.buckets.iter().filter(|bucket| !bucket.objects.is_empty());
    let mut drawn: Vec<El> =
        filled.map(|found| one_bucket(found, world.clock.now, at, on)).collect();
    if drawn.is_empty() {
        let words = "A backup writes real files here: a manifest with CockroachDB's field numbers, sorted data files with checksums, LATEST. Open any of them, damage one, and see what RESTORE says.";
        return vec![empty("No objects yet.", words).maybe(statement(&world.map.starter, on))];
    }
    let open = Intent::Page(page::Intent::Open);
    let words = "Unpacks an archive (tar, tar.gz, zip) of backup files, real ones too, and tells what it holds. Nothing leaves this machine.";
    drawn.push(
        of("div", "row").kid(button("small", "Open backup files…", on, open).set("title", words)),
    );
    drawn
}

/// A line of the tree.
enum Line<'a> {
    Folder { depth: usize, path: &'a str, name: &'a str, closed: bool },
    Object { depth: usize, object: &'a Object, name: &'a str },
}

/// Objects in path order as a tree; what lies in a closed folder is left out, and a folder that holds nothing but one folder stands on
/// one line with it.
fn tree<'a>(bucket: &'a Bucket, closed: &[(String, String)]) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut open: Vec<(&'a str, bool)> = Vec::new();
    for (place, object) in bucket.objects.iter().enumerate() {
        let path = object.path.as_str();
        while open.last().is_some_and(|(folder, _)| !path.starts_with(folder)) {
            open.pop();
        }
        loop {
            let hidden = open.iter().any(|(_, closed)| *closed);
            let from = open.last().map_or(0, |(folder, _)| folder.len());
            let (depth, name) = (open.len(), &path[from..]);
            let Some(slash) = name.find('/') else {
                if !hidden {
                    lines.push(Line::Object { depth, object, name });
                }
                break;
            };
            let folder = &path[..only_child(&bucket.objects[place..], path, from + slash + 1)];
            let is_closed = closed.iter().any(|(uri, path)| *uri == bucket.uri && path == folder);
            if !hidden {
                let name = &folder[from..];
                lines.push(Line::Folder { depth, path: folder, name, closed: is_closed });
            }
            open.push((folder, is_closed));
        }
    }
    lines
}

/// Where the folder `path[..end]` ends together with the folders that are alone in it; `objects` begins with its first object.
fn only_child(objects: &[Object], path: &str, mut end: usize) -> usize {
    while let Some(slash) = path[end..].find('/') {
        let longer = end + slash + 1;
        let mut inside = objects.iter().take_while(|one| one.path.starts_with(&path[..end]));
        if !inside.all(|one| one.path.starts_with(&path[..longer])) {
            break;
        }
        end = longer;
    }
    end
}

fn one_bucket(bucket: &Bucket, now: Nanos, at: &Inspector, on: &On) -> El {
    let count = u64::try_from(bucket.objects.len()).unwrap_or(0) + u64::from(bucket.more);
    let objects = format::counted(count, "object", "objects");
    let facts = [" ", &objects, " · ", &format::bytes(bucket.size_bytes)].concat();
    let lines = tree(bucket, &at.closed);
    let faults = FAULTS.iter().map(|(words, verb)| {
        let line = ["\\sim bucket ", verb, " '", &bucket.uri, "'"].concat();
        let run = Intent::Shell(shell::Intent::Run(vec![line.clone()]));
        button("small", words, on, run).set("title", &line)
    });
    let faults = of("details", "faults")
        .kid(el("summary").text("Faults of the whole bucket"))
        .kid(of("div", "row").kids(faults));
    let more = (bucket.more > 0)
        .then(|| of("p", "muted").text(&[&bucket.more.to_string(), " more objects"].concat()));
    of("section", "bucket")
        .kid(el("h3").kid(el("code").text(&bucket.uri)).kid(of("span", "muted").text(&facts)))
        .kid(of("ul", "tree").kids(lines.iter().map(|found| line(found, &bucket.uri, now, on))))
        .maybe(more)
        .kid(faults)
}

fn line(line: &Line<'_>, bucket: &str, now: Nanos, on: &On) -> El {
    let item = |key: &str, depth: usize| {
        of("li", &["depth-", &depth.min(8).to_string()].concat()).key(key)
    };
    match line {
        Line::Folder { depth, path, name, closed } => {
            let toggle = inspect::Intent::Folder(bucket.to_owned(), (*path).to_owned());
            let folder = of("button", "tree-folder")
                .truth("aria-expanded", !closed)
                .click(on, Intent::Inspect(toggle))
                .kid(icon(if *closed { icons::CLOSED } else { icons::OPEN }))
                .text(name);
            item(path, *depth).kid(folder)
        }
        Line::Object { depth, object, name } => {
            let open = inspect::Intent::Object(Some((bucket.to_owned(), object.path.clone())));
            let button = of("button", "tree-object")
                .click(on, Intent::Inspect(open))
                .kid(of("span", "tree-name").text(name))
                .kid(of("span", "kind").text(&object.kind))
                .kid(of("span", "num").text(&format::bytes(object.size_bytes)))
                .kid(of("span", "muted num").text(&format::near(object.modified, now)));
            item(&object.path, *depth).kid(button)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stand_once_and_close() {
        let object = |path: &str| Object { path: path.to_owned(), ..Object::default() };
        let bucket = Bucket {
            uri: "s3://b".to_owned(),
            objects: vec![
                object("a/LATEST"),
                object("a/x/1.sst"),
                object("a/x/2.sst"),
                object("b/1"),
            ],
            ..Bucket::default()
        };
        assert_eq!(tree(&bucket, &[]).len(), 7);
        let one =
            Bucket { objects: vec![object("a/b/c/1"), object("a/b/c/2")], ..Bucket::default() };
        assert_eq!(tree(&one, &[]).len(), 3);
        let closed = [("s3://b".to_owned(), "a/".to_owned())];
        assert_eq!(tree(&bucket, &closed).len(), 3);
    }
}
