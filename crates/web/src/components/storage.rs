//! Storage: buckets as trees of objects; one object opened and decoded.

use std::collections::BTreeSet;
use std::rc::Rc;

use protocol::storage::{Bucket, Object, ObjectView, StorageView};
use protocol::time::Nanos;
use yew::prelude::*;

use super::icons;
use super::object::ObjectPane;
use crate::format;
use crate::state::{Intent, inspect, shell};

/// What the tab needs.
#[derive(Properties, PartialEq)]
pub(crate) struct StorageProps {
    /// The view.
    pub(crate) view: Rc<StorageView>,
    /// The object opened, once it came.
    pub(crate) object: Option<Rc<ObjectView>>,
    /// Which is opened.
    pub(crate) opened: Option<(String, String)>,
    /// Folders that are closed.
    pub(crate) closed: BTreeSet<(String, String)>,
    /// Now.
    pub(crate) now: Nanos,
    /// The statement that fills an empty bucket.
    pub(crate) starter: String,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The tab.
#[component]
pub(crate) fn StorageTab(props: &StorageProps) -> Html {
    if let Some((bucket, path)) = &props.opened {
        return html! {
            <ObjectPane bucket={bucket.clone()} path={path.clone()} view={props.object.clone()} on={props.on.clone()} />
        };
    }
    let filled = props.view.buckets.iter().filter(|bucket| !bucket.objects.is_empty());
    let mut filled = filled.peekable();
    if filled.peek().is_none() {
        return empty(props);
    }
    html! { <>{ for filled.map(|found| bucket(found, props)) }</> }
}

fn empty(props: &StorageProps) -> Html {
    let statement = props.starter.clone();
    let prefill = props
        .on
        .reform(move |_: MouseEvent| Intent::Shell(shell::Intent::Prefill(statement.clone())));
    html! {
        <div class="empty">
            <p><b>{ "No objects yet." }</b></p>
            <p class="muted">{ "A backup writes real files here: a manifest with CockroachDB's field numbers, sorted data files with checksums, LATEST. Open any of them, damage one, and see what RESTORE says." }</p>
            if !props.starter.is_empty() {
                <button class="statement" onclick={prefill}><code>{ &props.starter }</code></button>
            }
        </div>
    }
}

/// A line of the tree.
enum Line<'a> {
    Folder { depth: usize, path: &'a str, name: &'a str, closed: bool },
    Object { depth: usize, object: &'a Object, name: &'a str },
}

/// Objects in path order as a tree; what lies in a closed folder is left out.
fn tree<'a>(bucket: &'a Bucket, closed: &BTreeSet<(String, String)>) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut last: Option<&'a str> = None;
    for object in &bucket.objects {
        let path = object.path.as_str();
        let mut from = 0;
        let mut depth = 0;
        let mut hidden = false;
        while let Some(slash) = path[from..].find('/') {
            let end = from + slash + 1;
            let folder = &path[..end];
            let is_closed = closed.contains(&(bucket.uri.clone(), folder.to_owned()));
            if !hidden && last.is_none_or(|last| !last.starts_with(folder)) {
                lines.push(Line::Folder {
                    depth,
                    path: folder,
                    name: &path[from..end],
                    closed: is_closed,
                });
            }
            hidden |= is_closed;
            from = end;
            depth += 1;
        }
        if !hidden {
            lines.push(Line::Object { depth, object, name: &path[from..] });
        }
        last = Some(path);
    }
    lines
}

fn bucket(bucket: &Bucket, props: &StorageProps) -> Html {
    let count = u64::try_from(bucket.objects.len()).unwrap_or(0) + u64::from(bucket.more);
    html! {
        <section class="bucket">
            <h3><code>{ &bucket.uri }</code><span class="muted">{ format!(" {} · {}", format::counted(count, "object", "objects"), format::bytes(bucket.size_bytes)) }</span></h3>
            <ul class="tree">{ for tree(bucket, &props.closed).iter().map(|found| line(found, &bucket.uri, props)) }</ul>
            if bucket.more > 0 { <p class="muted">{ format!("{} more objects", bucket.more) }</p> }
        </section>
    }
}

fn line(line: &Line<'_>, bucket: &str, props: &StorageProps) -> Html {
    match line {
        Line::Folder { depth, path, name, closed } => {
            let (uri, folder) = (bucket.to_owned(), (*path).to_owned());
            let onclick = props.on.reform(move |_: MouseEvent| {
                Intent::Inspect(inspect::Intent::Folder(uri.clone(), folder.clone()))
            });
            html! {
                <li key={*path} class={format!("depth-{}", depth.min(&8))}>
                    <button class="tree-folder" aria-expanded={(!closed).to_string()} {onclick}>{ icons::folder(!closed) }{ *name }</button>
                </li>
            }
        }
        Line::Object { depth, object, name } => {
            let place = (bucket.to_owned(), object.path.clone());
            let onclick = props.on.reform(move |_: MouseEvent| {
                Intent::Inspect(inspect::Intent::Object(Some(place.clone())))
            });
            html! {
                <li key={object.path.clone()} class={format!("depth-{}", depth.min(&8))}>
                    <button class="tree-object" {onclick}>
                        <span class="tree-name">{ *name }</span>
                        <span class="kind">{ &object.kind }</span>
                        <span class="num">{ format::bytes(object.size_bytes) }</span>
                        <span class="muted num">{ format::near(object.modified, props.now) }</span>
                    </button>
                </li>
            }
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
        assert_eq!(tree(&bucket, &BTreeSet::new()).len(), 7);
        let closed = BTreeSet::from([("s3://b".to_owned(), "a/".to_owned())]);
        assert_eq!(tree(&bucket, &closed).len(), 3);
    }
}
