//! What the tree promises, held against published vectors and against itself.

use super::*;

#[test]
fn frontier_and_nodes_agree_at_every_size() {
    let (mut frontier, mut nodes) = (Frontier::new(), Nodes::new());
    assert_eq!(frontier.root(), Root::empty());
    for size in 1..300u64 {
        let leaf = crate::hash::leaf(&size.to_be_bytes());
        frontier.push(leaf);
        nodes.push(leaf);
        assert_eq!(frontier.size(), nodes.size());
        assert_eq!(Ok(frontier.root()), nodes.root_at(size));
        assert_eq!(Frontier::decode(&frontier.encode()).as_ref(), Ok(&frontier));
    }
}
