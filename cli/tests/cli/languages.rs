//! Reads the snippets of `--as` by parsers of their languages.

use serde_json::Value;
use tree_sitter::{Language, Node, Parser, Tree};

/// The body of `azapi_update_resource`, below `properties`.
#[track_caller]
pub(crate) fn body_of_azapi(snippet: &str) -> Value {
    let file: Value = hcl::eval::from_str(snippet, &hcl::eval::Context::new()).unwrap();
    file["resource"]["azapi_update_resource"]["auth_settings"]["body"]["properties"].clone()
}

/// What bash gives to `az` as standard input.
#[cfg(unix)]
pub(crate) fn body_in_bash(snippet: &str) -> Option<String> {
    let script = format!("az() {{ cat; }}\n{snippet}");
    let output = std::process::Command::new("bash").args(["-c", &script]).output().ok()?;
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[cfg(not(unix))]
pub(crate) fn body_in_bash(_: &str) -> Option<String> {
    None
}

/// The words that a shell makes of arguments.
#[cfg(unix)]
pub(crate) fn words_in_shell(arguments: &str) -> Vec<String> {
    let script = format!("printf '%s\\0' {arguments}");
    let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[track_caller]
fn parsed(language: &Language, text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(language).unwrap();
    let tree = parser.parse(text, None).unwrap();
    assert!(!tree.root_node().has_error(), "{text}\n{}", tree.root_node().to_sexp());
    tree
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// All nodes of a tree.
fn nodes<'a>(node: Node<'a>, all: &mut Vec<Node<'a>>) {
    all.push(node);
    for own in children(node) {
        nodes(own, all);
    }
}

/// The text of the only here-string. Nothing else in the snippet is evaluated but its two variables.
#[track_caller]
pub(crate) fn here_string(snippet: &str) -> String {
    let tree = parsed(&tree_sitter_powershell::LANGUAGE.into(), snippet);
    let mut all = Vec::new();
    nodes(tree.root_node(), &mut all);
    let of_kind = |kind: &str| all.iter().filter(|node| node.kind() == kind).collect::<Vec<_>>();
    assert_eq!(of_kind("variable").len(), 2, "{snippet}");
    assert_eq!(of_kind("command").len(), 1, "{snippet}");
    assert!(of_kind("sub_expression").is_empty(), "{snippet}");
    let [text] = of_kind("verbatim_here_string_characters")[..] else { panic!("{snippet}") };
    let text = &snippet[text.byte_range()];
    text.strip_prefix("@'\n").unwrap().strip_suffix("\n'@").unwrap().to_owned()
}

/// The properties of the last resource.
#[track_caller]
pub(crate) fn properties_in_bicep(snippet: &str) -> Value {
    let tree = parsed(&tree_sitter_bicep::LANGUAGE.into(), snippet);
    let resource = children(tree.root_node()).pop().unwrap();
    assert_eq!(resource.kind(), "resource_declaration");
    let object = children(resource).pop().unwrap();
    let resource = value_in_bicep(object, snippet, true);
    resource["properties"].clone()
}

fn value_in_bicep(node: Node<'_>, text: &str, is_resource: bool) -> Value {
    let own = &text[node.byte_range()];
    match node.kind() {
        "object" => {
            let pair = |node: Node<'_>| {
                let [key, value] = children(node)[..] else { panic!("{}", node.to_sexp()) };
                let name = match key.kind() {
                    "string" => string_in_bicep(key, text),
                    _ => text[key.byte_range()].to_owned(),
                };
                (name, value_in_bicep(value, text, false))
            };
            Value::Object(children(node).into_iter().map(pair).collect())
        }
        "array" => children(node).into_iter().map(|own| value_in_bicep(own, text, false)).collect(),
        "string" => string_in_bicep(node, text).into(),
        "identifier" if is_resource || own == "site" || own == "slot" => own.into(),
        "number" | "boolean" | "null" => serde_json::from_str(own).unwrap(),
        other => panic!("{other}: {own}"),
    }
}

fn string_in_bicep(node: Node<'_>, text: &str) -> String {
    for own in children(node) {
        assert!(matches!(own.kind(), "string_content" | "escape_sequence"), "{}", own.to_sexp());
    }
    let mut letters = text[node.byte_range()].chars();
    assert_eq!((letters.next(), letters.next_back()), (Some('\''), Some('\'')));
    let mut string = String::new();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            string.push(letter);
            continue;
        }
        string.push(match letters.next().unwrap() {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let code: String = letters.by_ref().skip(1).take_while(|own| *own != '}').collect();
                char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap()
            }
            own => own,
        });
    }
    string
}

/// Bicep has no `72.0`.
pub(crate) fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            serde_json::from_str(text.strip_suffix(".0").unwrap_or(&text)).unwrap()
        }
        Value::Array(elements) => elements.into_iter().map(whole_numbers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, own)| (name, whole_numbers(own))).collect()
        }
        other => other,
    }
}
