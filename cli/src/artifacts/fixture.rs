//! A function for unit tests.

use routegen_spec::TriggerKind;

use crate::{
    check::{Function, Permissions},
    project::target::Architecture,
};

pub(crate) fn function(architecture: Architecture) -> Function {
    Function {
        key: "get_items".to_owned(),
        name: "get-items".to_owned(),
        kind: TriggerKind::Routes,
        consumes: None,
        description: String::new(),
        artifact: "get-items.zip".to_owned(),
        memory: 128,
        timeout: 10,
        multi_thread: false,
        env: Vec::new(),
        permissions: Permissions::default(),
        architecture,
        entries: Vec::new(),
        calls: Vec::new(),
        package: String::new(),
        include: Vec::new(),
    }
}
