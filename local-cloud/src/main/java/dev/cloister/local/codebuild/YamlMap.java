package dev.cloister.local.codebuild;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A mapping of a YAML file, read strictly: each key once, no unknown one, no value of another kind, none empty. */
final class YamlMap {
    private static final int MAX_CODE_POINTS = 1 << 18;

    private final String path;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private YamlMap(String path, MappingNode node) throws BuildspecException {
        this.path = path;
        for (NodeTuple tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new BuildspecException("a key of " + name() + " is not a text");
            }
            if (values.put(key.getValue(), tuple.getValueNode()) != null) {
                throw new BuildspecException(path(key.getValue()) + " is given twice");
            }
        }
    }

    /** Reads a whole file. */
    static YamlMap parse(String yaml) throws BuildspecException {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(MAX_CODE_POINTS).build();
        try {
            Optional<Node> root = new Compose(settings).composeString(yaml);
            if (root.isPresent() && root.get() instanceof MappingNode mapping) {
                return new YamlMap("", mapping);
            }
            throw new BuildspecException("it is not a mapping");
        } catch (YamlEngineException e) {
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new BuildspecException("it is not YAML: " + first);
        }
    }

    /**
     * Refuses keys.
     *
     * @param unsupported those that CodeBuild knows and the local cloud does not
     */
    void allow(Set<String> known, Set<String> unsupported) throws BuildspecException {
        for (String key : values.keySet()) {
            if (unsupported.contains(key)) {
                throw new BuildspecException("the local cloud does not support " + path(key));
            }
            if (!known.contains(key)) {
                throw new BuildspecException(path(key) + " is unknown");
            }
        }
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Set<String> keys() {
        return values.keySet();
    }

    Optional<YamlMap> map(String key) throws BuildspecException {
        Node node = values.get(key);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof MappingNode mapping) {
            return Optional.of(new YamlMap(path(key), mapping));
        }
        throw new BuildspecException(path(key) + " is not a mapping");
    }

    /** A text; a number is the text it is written as. */
    Optional<String> text(String key) throws BuildspecException {
        Node node = values.get(key);
        return node == null ? Optional.empty() : Optional.of(text(path(key), node));
    }

    List<String> texts(String key) throws BuildspecException {
        Node node = values.get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw new BuildspecException(path(key) + " is not a list");
        }
        List<String> texts = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            texts.add(text(path(key) + "[" + texts.size() + "]", item));
        }
        return texts;
    }

    private static String text(String path, Node node) throws BuildspecException {
        if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        throw new BuildspecException(path + " is not a text");
    }

    private String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String name() {
        return path.isEmpty() ? "the file" : path;
    }
}
