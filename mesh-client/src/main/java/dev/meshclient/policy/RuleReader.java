package dev.meshclient.policy;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the rules of a service: what a request must look like, and where it goes. */
final class RuleReader {
    private static final int MAX_MATCHES = 64;
    private static final int MAX_VALUE_MATCHES = 16;
    private static final int MAX_BACKENDS = 16;
    private static final int MAX_WEIGHT = 1_000_000;
    private static final int MAX_PATTERN = 1024;
    private static final int MAX_VALUE = 4096;

    private static final Words<PathMatch.Type> PATH_TYPE = Words.of(PathMatch.Type.values(), PathMatch.Type::word);
    private static final Words<ValueMatch.Type> VALUE_TYPE = Words.of(ValueMatch.Type.values(), ValueMatch.Type::word);
    private static final Words<String> METHOD =
            Words.of(new String[] {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}, word -> word);
    /** Looked at first: a group that is repeated for each character or escape would cost the stack of long paths. */
    static final String WHOLE_ESCAPES = "(?![\\s\\S]*%(?![0-9A-Fa-f]{2}))";

    static final Pattern PATH = Pattern.compile(WHOLE_ESCAPES + "/[A-Za-z0-9/._~!$&'()*+,;=:@\\[\\]%-]*");
    static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final CrossReferences references;

    RuleReader(CrossReferences references) {
        this.references = references;
    }

    Rule rule(Node node) {
        Fields fields = new Fields(node);
        String name = fields.optional("name", Node::name);
        List<Match> matches = fields.list("matches", 0, MAX_MATCHES, RuleReader::match);
        List<BackendRef> backends = fields.required(
                "backendRefs",
                "an array of 1 to " + MAX_BACKENDS + " backends",
                n -> Fields.items(n, 1, MAX_BACKENDS, this::backendRef),
                List.of());
        Node backendRefs = fields.optional("backendRefs");
        if (backendRefs != null && !backends.isEmpty() && backends.stream().allMatch(b -> b.weight() == 0)) {
            backendRefs.wrong("at least one backend with a weight above 0");
        }
        RouteSettings settings = SettingsReader.ofRule(fields);
        fields.unsupported("filters", "fault");
        fields.misplaced("on the service, or in defaults", "authorization", "requestAuthentication");
        fields.misplaced("on the backend's service, on its subset, or in defaults", "credentials");
        fields.othersIgnored();
        return new Rule(name, matches, backends, settings);
    }

    private BackendRef backendRef(Node node) {
        Fields fields = new Fields(node);
        Node nameNode = fields.required("name", "a service of this document");
        String name = nameNode == null ? "" : nameNode.name();
        Node subsetNode = fields.optional("subset");
        String subset = subsetNode == null ? null : subsetNode.name();
        int weight = fields.optional("weight", n -> n.integer(0, MAX_WEIGHT), 1);
        // A condition or a transformation that is dropped would send calls where they do not belong.
        fields.unsupported("filters");
        fields.othersRefused();
        if (nameNode != null && !name.isEmpty()) {
            references.refers(nameNode, name, subsetNode, subset);
        }
        return new BackendRef(name, subset, weight);
    }

    private static Match match(Node node) {
        Fields fields = new Fields(node);
        PathMatch path = fields.optional("path", RuleReader::path);
        String method = fields.optional("method", n -> n.word(METHOD));
        List<ValueMatch> headers = fields.list("headers", 0, MAX_VALUE_MATCHES, RuleReader::header);
        List<ValueMatch> queryParams = fields.list("queryParams", 0, MAX_VALUE_MATCHES, RuleReader::queryParam);
        fields.unsupported("cookies", "sourceLabels");
        // A rule that loses one of its conditions takes more requests than it was meant to.
        fields.othersRefused();
        return new Match(path, method, headers, queryParams);
    }

    private static PathMatch path(Node node) {
        Fields fields = new Fields(node);
        PathMatch.Type type = fields.optional("type", n -> n.word(PATH_TYPE), PathMatch.Type.PATH_PREFIX);
        String value = fields.required(
                "value",
                "a path",
                n -> type == PathMatch.Type.REGULAR_EXPRESSION
                        ? regex(n)
                        : n.text(
                                MAX_PATTERN,
                                PATH,
                                "a path as it is sent: it starts with /, what is not ASCII is percent-encoded, there is no query"),
                "/");
        fields.othersRefused();
        return new PathMatch(type, value);
    }

    private static ValueMatch header(Node node) {
        return value(node, "the name of a header", n -> n.text(MAX_PATTERN, TOKEN, "the name of a header (RFC 9110)"));
    }

    private static ValueMatch queryParam(Node node) {
        return value(node, "the name of a query parameter", Node::name);
    }

    private static ValueMatch value(Node node, String expectedName, Function<Node, String> reader) {
        Fields fields = new Fields(node);
        String name = fields.required("name", expectedName, reader, "");
        ValueMatch.Type type = fields.optional("type", n -> n.word(VALUE_TYPE), ValueMatch.Type.EXACT);
        String value = fields.required(
                "value",
                "a string",
                n -> type == ValueMatch.Type.REGULAR_EXPRESSION ? regex(n) : n.text(0, MAX_VALUE),
                "");
        fields.othersRefused();
        return new ValueMatch(name, type, value);
    }

    private static String regex(Node node) {
        String text = node.text(0, MAX_PATTERN);
        String fault = fault(text);
        if (fault != null) {
            node.wrong("a regular expression (java.util.regex); " + fault);
        }
        return text;
    }

    private static @Nullable String fault(String regex) {
        try {
            Pattern.compile(regex);
            return null;
        } catch (RuntimeException e) {
            return e.getMessage() == null
                    ? ""
                    : e.getMessage().lines().findFirst().orElse("");
        } catch (StackOverflowError e) {
            return "this one is nested too deeply";
        }
    }
}
