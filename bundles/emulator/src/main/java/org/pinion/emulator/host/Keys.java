package org.pinion.emulator.host;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A YAML mapping whose keys are known beforehand: a key that is unknown or there twice is an error. */
final class Keys {

    private final Place place;
    private final Node node;
    private final Map<String, Node> values = new LinkedHashMap<>();

    Keys(Place place, Node node, List<String> known) {
        this.place = place;
        this.node = node;
        if (!(node instanceof MappingNode mapping)) {
            throw place.error(node, "expected keys and values; known keys are %s", String.join(", ", known));
        }
        for (NodeTuple entry : mapping.getValue()) {
            add(entry, known);
        }
    }

    private void add(NodeTuple entry, List<String> known) {
        Node keyNode = entry.getKeyNode();
        String key = keyNode instanceof ScalarNode scalar ? scalar.getValue() : keyNode.toString();
        if (!known.contains(key)) {
            throw place.error(entry.getKeyNode(), "unknown key '%s';%s known keys are %s",
                    key, DidYouMean.suggestion(key, known), String.join(", ", known));
        }
        if (values.put(key, entry.getValueNode()) != null) {
            throw place.error(entry.getKeyNode(), "key '%s' is there twice", key);
        }
    }

    /** The value of a key, empty if the key is not there. */
    Optional<Node> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** The value of a key that must be there. */
    Node get(String key) {
        return find(key).orElseThrow(() -> place.error(node, "key '%s' is missing", key));
    }

    Place place(String key) {
        return place.in(key);
    }
}
