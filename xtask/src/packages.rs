//! The packages of the workspace and everything they link: what `cargo metadata` declares, and what `Cargo.lock` resolves.
//!
//! The lock file is read for what comes from outside, because it is there without a network and covers every platform.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::tree::Tree;

/// The packages of the workspace and the graph below them.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    /// By name.
    pub members: BTreeMap<String, Member>,
    /// From `name version` to the `name` or `name version` of what it needs.
    locked: BTreeMap<String, Vec<String>>,
}

/// A package of the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// The folder, from the root.
    pub folder: String,
    /// Names of the packages that it needs to be built and run, optional ones included, those of its tests not.
    pub needs: BTreeSet<String>,
    /// Names of the packages that only its tests need.
    pub tests_need: BTreeSet<String>,
}

impl Packages {
    /// Asks Cargo, without a network and without resolving anything anew.
    pub fn load(tree: &Tree) -> anyhow::Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .current_dir(tree.root())
            .output()
            .context("failed to start `cargo metadata`")?;
        ensure!(
            output.status.success(),
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata = serde_json::from_slice(&output.stdout)
            .context("failed to read the answer of `cargo metadata`")?;
        Self::parse(&metadata, &tree.read("Cargo.lock")?)
    }

    /// Reads the answer of `cargo metadata` and the text of the lock file.
    pub fn parse(metadata: &Value, lock_file: &str) -> anyhow::Result<Self> {
        let root = Path::new(metadata["workspace_root"].as_str().context("no workspace_root")?);
        let mut members = BTreeMap::new();
        for package in metadata["packages"].as_array().context("no packages")? {
            let name = package["name"].as_str().context("a package without name")?;
            let manifest =
                Path::new(package["manifest_path"].as_str().context("a package without manifest_path")?);
            let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
            let mut member = Member {
                folder: folder
                    .with_context(|| format!("{name} lies outside the workspace"))?
                    .to_string_lossy()
                    .replace('\\', "/"),
                ..Member::default()
            };
            for dependency in package["dependencies"].as_array().context("a package without dependencies")? {
                let needed = dependency["name"].as_str().context("a dependency without name")?.to_owned();
                if dependency["kind"].as_str() == Some("dev") {
                    member.tests_need.insert(needed);
                } else {
                    member.needs.insert(needed);
                }
            }
            members.insert(name.to_owned(), member);
        }
        Ok(Self { members, locked: parse_lock_file(lock_file)? })
    }

    /// Returns the shortest way from a member to a package that it links, both ends included.
    pub fn way_to(&self, member: &str, package: &str) -> Option<Vec<String>> {
        let mut seen = BTreeSet::new();
        let mut ways = VecDeque::from([vec![self.locked_name(member)]]);
        while let Some(way) = ways.pop_front() {
            let last = way.last()?;
            let name = name_of(last);
            if name == package {
                return Some(way.iter().map(|step| name_of(step).to_owned()).collect());
            }
            if !seen.insert(last.clone()) {
                continue;
            }
            let member = self.members.get(name);
            for needed in self.locked.get(last).into_iter().flatten() {
                let is_linked = member.is_none_or(|member| member.needs.contains(name_of(needed)));
                if is_linked {
                    let mut longer = way.clone();
                    longer.push(self.locked_name(needed));
                    ways.push_back(longer);
                }
            }
        }
        None
    }

    /// Completes a bare name with the version in the lock file; a name that is written bare there is unique.
    fn locked_name(&self, written: &str) -> String {
        if written.contains(' ') {
            return written.to_owned();
        }
        let complete = self.locked.keys().find(|key| name_of(key) == written);
        complete.cloned().unwrap_or_else(|| written.to_owned())
    }
}

fn parse_lock_file(lock_file: &str) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let table: toml::Table = lock_file.parse().context("failed to read Cargo.lock")?;
    let mut locked = BTreeMap::new();
    for package in table.get("package").and_then(toml::Value::as_array).into_iter().flatten() {
        let text = |key| package.get(key).and_then(toml::Value::as_str);
        let (Some(name), Some(version)) = (text("name"), text("version")) else {
            continue;
        };
        let needs = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        // A third word, the source, only tells apart what has the same name and version.
        let needs = needs
            .filter_map(toml::Value::as_str)
            .map(|need| need.split(' ').take(2).collect::<Vec<_>>().join(" "));
        locked.insert(format!("{name} {version}"), needs.collect());
    }
    Ok(locked)
}

fn name_of(written: &str) -> &str {
    written.split(' ').next().unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn packages() -> Packages {
        let metadata = json!({
            "workspace_root": "/r",
            "packages": [
                { "name": "ours", "manifest_path": "/r/crates/ours/Cargo.toml", "dependencies": [
                    { "name": "small", "kind": null }, { "name": "runner", "kind": "dev" } ] },
            ],
        });
        let lock_file = r#"
            [[package]]
            name = "ours"
            version = "0.1.0"
            dependencies = ["small 2.0.0", "runner"]
            [[package]]
            name = "small"
            version = "1.0.0"
            dependencies = ["other"]
            [[package]]
            name = "small"
            version = "2.0.0"
            dependencies = ["heavy"]
            [[package]]
            name = "heavy"
            version = "1.0.0"
            [[package]]
            name = "other"
            version = "1.0.0"
            [[package]]
            name = "runner"
            version = "1.0.0"
            dependencies = ["runtime"]
            [[package]]
            name = "runtime"
            version = "1.0.0"
        "#;
        Packages::parse(&metadata, lock_file).unwrap()
    }

    #[test]
    fn follows_what_is_linked() {
        assert_eq!(packages().way_to("ours", "heavy").unwrap(), ["ours", "small", "heavy"]);
        assert_eq!(packages().members["ours"].folder, "crates/ours");
    }

    #[test]
    fn leaves_out_tests_and_other_versions() {
        assert_eq!(packages().way_to("ours", "runtime"), None);
        assert_eq!(packages().way_to("ours", "other"), None);
    }
}
