package dev.meshclient.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.PolicyProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an object. A wrong value is recorded and replaced by a legal one, so that the rest is read too; a field that is
 * never read is unknown.
 */
final class JsonFields {
    private static final String SHAPE = "an object";

    private final JsonNode node;
    private final List<Object> path;
    private final List<PolicyProblem> problems;
    private final Set<String> known = new TreeSet<>();

    private JsonFields(JsonNode node, List<Object> path, List<PolicyProblem> problems) {
        this.node = node;
        this.path = path;
        this.problems = problems;
        if (!node.isObject()) {
            wrong(path, node, SHAPE);
        }
    }

    static JsonFields of(JsonNode root, List<PolicyProblem> problems) {
        return new JsonFields(root, List.of(), problems);
    }

    /** The value, or null if there is none. */
    @Nullable
    JsonNode get(String name) {
        known.add(name);
        return node.get(name);
    }

    boolean has(String name) {
        return get(name) != null;
    }

    String text(String name, @Nullable String fallback, String expected) {
        JsonNode value = get(name);
        if (value == null) {
            return fallback == null ? missing(name, expected) : fallback;
        }
        return value.isTextual() && !value.asText().isBlank() ? value.asText() : wrong(name, value, expected);
    }

    double number(String name, double least, double most, @Nullable Double fallback) {
        String expected = "a number from " + shown(least) + " to " + shown(most);
        JsonNode value = get(name);
        if (value == null && fallback != null) {
            return fallback;
        }
        boolean legal = value != null && value.isNumber() && value.asDouble() >= least && value.asDouble() <= most;
        if (value == null) {
            missing(name, expected);
        } else if (!legal) {
            wrong(name, value, expected);
        }
        return legal && value != null ? value.asDouble() : least;
    }

    /** Without a fraction; 2.0 is 2, as in JSON Schema. */
    long integer(String name, long least, long most, @Nullable Long fallback) {
        JsonNode value = get(name);
        if (value != null && value.isNumber() && value.asDouble() != StrictMath.rint(value.asDouble())) {
            wrong(name, value, "an integer from " + least + " to " + most);
            return least;
        }
        return (long) number(name, (double) least, (double) most, fallback == null ? null : Double.valueOf(fallback));
    }

    boolean flag(String name) {
        JsonNode value = get(name);
        if (value != null && !value.isBoolean()) {
            wrong(name, value, "true or false");
        }
        return value != null && value.asBoolean();
    }

    /** In nanoseconds. */
    long duration(String name, Duration least, Duration most, @Nullable String fallback) {
        String expected = Durations.EXPECTED + "; " + Durations.shown(least) + " to " + Durations.shown(most);
        JsonNode value = get(name);
        if (value == null && fallback == null) {
            missing(name, expected);
            return least.toNanos();
        }
        String text = value == null ? String.valueOf(fallback) : value.isTextual() ? value.asText() : "";
        Duration duration = Durations.parse(text);
        if (duration == null || duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            if (value != null) {
                wrong(name, value, expected);
            }
            return least.toNanos();
        }
        return duration.toNanos();
    }

    /** An object; without it, one without fields. */
    JsonFields object(String name) {
        JsonNode value = get(name);
        return new JsonFields(value == null ? JsonNodeFactory.instance.objectNode() : value, place(name), problems);
    }

    /** The fields of an object with free keys. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    List<JsonFields> objects(String name, int least) {
        List<JsonFields> all = new ArrayList<>();
        int index = 0;
        for (JsonNode item : items(name, least)) {
            List<Object> place = place(name);
            place.add(index++);
            all.add(new JsonFields(item, place, problems));
        }
        return all;
    }

    List<String> texts(String name, String expected) {
        List<String> all = new ArrayList<>();
        int index = 0;
        for (JsonNode item : items(name, has(name) ? 1 : 0)) {
            List<Object> place = place(name);
            place.add(index++);
            if (item.isTextual()) {
                all.add(item.asText());
            } else {
                wrong(place, item, expected);
            }
        }
        return all;
    }

    private Iterable<JsonNode> items(String name, int least) {
        String expected = "an array" + (least > 0 ? " of at least " + least + " item" : "");
        JsonNode value = get(name);
        if (value == null && least > 0) {
            missing(name, expected);
        } else if (value != null && (!value.isArray() || value.size() < least)) {
            wrong(name, value, expected);
        }
        return value == null || !value.isArray() ? List.of() : value;
    }

    /** Records the fields that were not read. */
    void end() {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                JsonNode value = node.get(name);
                wrong(place(name), value, "nothing: this object has the fields " + String.join(", ", known));
            }
        }
    }

    String missing(String name, String expected) {
        problems.add(PolicyProblem.at(pathOf(place(name)), "nothing", expected, 0));
        return "";
    }

    String wrong(String name, @Nullable JsonNode value, String expected) {
        return wrong(place(name), value, expected);
    }

    private String wrong(List<Object> place, @Nullable JsonNode value, String expected) {
        String text = value == null ? "nothing" : value.isContainerNode() ? kind(value) : value.toString();
        problems.add(
                PolicyProblem.at(pathOf(place), text.length() > 80 ? text.substring(0, 80) + "…" : text, expected, 0));
        return "";
    }

    private static String kind(JsonNode value) {
        return value.isArray() ? value.size() + " items" : SHAPE;
    }

    String path(String name) {
        return pathOf(place(name));
    }

    private List<Object> place(String name) {
        List<Object> place = new ArrayList<>(path);
        place.add(name);
        return place;
    }

    private static String pathOf(List<Object> place) {
        return PolicyProblem.pathOf(place.toArray());
    }

    private static String shown(double number) {
        return number == StrictMath.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}
