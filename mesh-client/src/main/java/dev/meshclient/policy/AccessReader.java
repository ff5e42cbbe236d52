package dev.meshclient.policy;

import dev.meshclient.policy.AuthorizationPolicy.Condition;
import dev.meshclient.policy.AuthorizationPolicy.Operation;
import dev.meshclient.policy.AuthorizationPolicy.Rule;
import dev.meshclient.policy.AuthorizationPolicy.Source;
import dev.meshclient.policy.AuthorizationPolicy.Values;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads who may call a service, and how callers show who they are. Nothing in here is safe to ignore. */
final class AccessReader {
    private static final int MAX_POLICIES = 64;
    private static final int MAX_RULES = 512;
    private static final int MAX_ITEMS = 64;
    private static final int MAX_VALUES = 256;
    private static final int MAX_VALUE = 1024;
    private static final int MAX_PROVIDERS = 16;
    private static final int MAPPED_PREFIX = 96; // ::ffff:0:0/96 is IPv4, written as IPv6

    private static final Words<AuthorizationPolicy.Action> ACTION = Words.of(AuthorizationPolicy.Action.values())
            .refusing("CUSTOM", "hands the decision to a server of its own, which this library does not ask");

    /** Exact, prefix, suffix or presence: one star, at the beginning or at the end. */
    static final Pattern WILD = Pattern.compile("\\*?[^*]+|[^*]+\\*|\\*");

    static final Pattern ACCOUNT = Pattern.compile("[^/*]+/[^/*]+");
    // Looked at first: a group that is repeated for each character would cost the stack of long paths.
    private static final String END = "(?![\\s\\S])";
    private static final String TEMPLATE = "(?![\\s\\S]*([^/]\\{|[^{*]\\*|[^*]\\}|\\{(?!\\*\\}(/|" + END
            + ")|\\*\\*\\}(/[^*{}]*)?" + END + ")))/[^?#]*";
    static final Pattern PATHS =
            Pattern.compile(RuleReader.WHOLE_ESCAPES + "(\\*?[^*{}?#]+|[^*{}?#]+\\*|\\*|" + TEMPLATE + ")");
    static final Pattern BLOCK = Pattern.compile(
            "((" + Hosts.IPV4 + ")(/(3[0-2]|[12]?[0-9]))?|(" + Hosts.IPV6 + ")(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)");
    static final Pattern PORTS = Pattern.compile(Hosts.PORT);
    static final Pattern KEY = Pattern.compile(
            "request\\.headers\\[(:method|:authority|[!#$%&'*+.^_`|~0-9A-Za-z-]+)\\]|request\\.auth\\.(principal|audiences|presenter)"
                    + "|request\\.auth\\.claims(?![\\s\\S]*(\\[([^\\[\\]]*\\[|\\])|\\][^\\[]))\\[[\\s\\S]*\\]"
                    + "|source\\.(ip|namespace|principal|zone|serviceAccount)"
                    + "|remote\\.ip|destination\\.(ip|port)|connection\\.sni");
    private static final String KEYS = "request.headers[NAME], request.auth.principal, request.auth.audiences,"
            + " request.auth.presenter, request.auth.claims[NAME], source.ip, source.namespace, source.principal,"
            + " source.serviceAccount, source.zone, remote.ip, destination.ip, destination.port, connection.sni";
    private static final String WILD_EXPECTED =
            "a text of up to " + MAX_VALUE + " characters, with * at its end, at" + " its beginning or alone for any";

    private final Map<String, JwtProvider> providers;

    /** @param providers of the document */
    AccessReader(Map<String, JwtProvider> providers) {
        this.providers = providers;
    }

    Access access(Fields fields) {
        return new Access(
                fields.optional("authorization", AccessReader::authorization),
                fields.optional("requestAuthentication", this::requestAuthentication),
                credentials(fields));
    }

    /** A subset is sent to, not asked: who may call is the service's to say. */
    static Access ofSubset(Fields fields) {
        fields.misplaced("on the service, or in defaults", "authorization", "requestAuthentication");
        return new Access(null, null, credentials(fields));
    }

    // ---- tokens

    private static @Nullable Credentials credentials(Fields parent) {
        return parent.optional("credentials", node -> {
            Fields fields = new Fields(node);
            Credentials credentials =
                    new Credentials(fields.required("token", Node.NAME, Node::name, ""), flag(fields, "overwrite"));
            fields.othersRefused();
            return credentials;
        });
    }

    private RequestAuthentication requestAuthentication(Node node) {
        Fields fields = new Fields(node);
        Node one = fields.optional("provider");
        Node several = fields.optional("providers");
        Map<String, JwtProvider> named = new LinkedHashMap<>();
        if (one != null) {
            provider(one, named);
        } else if (several != null) {
            Fields.items(several, 1, MAX_PROVIDERS, n -> provider(n, named));
        } else {
            fields.required("provider", "a name of jwtProviders");
        }
        if (one != null && several != null) {
            several.wrong("nothing: provider is stated, and is one of them or the other");
        }
        boolean forward = flag(fields, "forwardOriginalToken");
        fields.othersRefused();
        return new RequestAuthentication(named, forward);
    }

    private String provider(Node node, Map<String, JwtProvider> named) {
        String name = node.name();
        JwtProvider provider = providers.get(name);
        if (!name.isEmpty() && provider == null) {
            node.wrong("a name of jwtProviders"
                    + (providers.isEmpty() ? ", which has none" : ": " + String.join(", ", providers.keySet())));
        } else if (provider != null && named.put(name, provider) != null) {
            node.wrong("each provider once");
        }
        return name;
    }

    // ---- policies

    private static List<AuthorizationPolicy> authorization(Node node) {
        Set<String> names = new HashSet<>();
        return Fields.items(node, 0, MAX_POLICIES, n -> policy(names, n));
    }

    private static AuthorizationPolicy policy(Set<String> names, Node node) {
        Fields fields = new Fields(node);
        Node nameNode = fields.optional("name");
        String name = nameNode == null ? null : nameNode.name();
        if (nameNode != null && name != null && !name.isEmpty() && !names.add(name)) {
            nameNode.wrong("each name once among the authorization policies of a service");
        }
        AuthorizationPolicy.Action action =
                fields.required("action", ACTION.expected(null), n -> n.word(ACTION), AuthorizationPolicy.Action.DENY);
        boolean shadow = flag(fields, "shadow");
        List<Rule> rules = fields.required(
                "rules",
                "an array of up to " + MAX_RULES + " rules; empty: it matches nothing",
                n -> Fields.items(n, 0, MAX_RULES, AccessReader::rule),
                List.of());
        fields.unsupported("provider", "selector", "targetRefs");
        fields.othersRefused();
        return new AuthorizationPolicy(name, action, shadow, rules);
    }

    private static Rule rule(Node node) {
        Fields fields = new Fields(node);
        Rule rule = new Rule(
                fields.list("from", 1, MAX_ITEMS, n -> inside(n, "source", AccessReader::source, NO_SOURCE)),
                fields.list("to", 1, MAX_ITEMS, n -> inside(n, "operation", AccessReader::operation, NO_OPERATION)),
                fields.list("when", 1, MAX_ITEMS, AccessReader::condition));
        fields.othersRefused();
        return rule;
    }

    private static final Source NO_SOURCE =
            new Source(Values.NONE, Values.NONE, Values.NONE, Values.NONE, Values.NONE, Values.NONE, Values.NONE);
    private static final Operation NO_OPERATION = new Operation(Values.NONE, Values.NONE, Values.NONE, Values.NONE);

    private static <T> T inside(Node node, String name, Function<Node, T> reader, T standIn) {
        Fields fields = new Fields(node);
        T value = fields.required(name, "an object", reader, standIn);
        fields.othersRefused();
        return value;
    }

    private static Source source(Node node) {
        Fields fields = new Fields(node);
        Source source = new Source(
                values(fields, "principals", AccessReader::wild),
                values(fields, "requestPrincipals", AccessReader::wild),
                values(fields, "namespaces", AccessReader::wild),
                values(fields, "serviceAccounts", AccessReader::account),
                values(fields, "trustDomains", AccessReader::wild),
                values(fields, "ipBlocks", AccessReader::block),
                values(fields, "remoteIpBlocks", AccessReader::block));
        fields.othersRefused();
        saysSomething(node);
        return source;
    }

    private static Operation operation(Node node) {
        Fields fields = new Fields(node);
        Operation operation = new Operation(
                values(fields, "hosts", AccessReader::wild),
                values(fields, "ports", AccessReader::port),
                values(fields, "methods", AccessReader::wild),
                values(fields, "paths", AccessReader::path));
        fields.othersRefused();
        saysSomething(node);
        return operation;
    }

    private static void saysSomething(Node node) {
        Map<String, Node> object = node.object();
        if (object != null && object.isEmpty()) {
            node.wrong("an object with at least one field; leave it out if it does not matter");
        }
    }

    private static Condition condition(Node node) {
        Fields fields = new Fields(node);
        Node keyNode = fields.required("key", KEYS);
        String key = keyNode == null ? "" : keyNode.text(MAX_VALUE, KEY, KEYS);
        Function<Node, String> reader =
                switch (key) {
                    case "source.ip", "remote.ip", "destination.ip" -> AccessReader::block;
                    case "destination.port" -> AccessReader::port;
                    case "source.serviceAccount" -> AccessReader::account;
                    default -> AccessReader::wild;
                };
        Values values = new Values(
                fields.list("values", 1, MAX_VALUES, reader), fields.list("notValues", 1, MAX_VALUES, reader));
        fields.othersRefused();
        if (fields.optional("values") == null && fields.optional("notValues") == null && node.object() != null) {
            node.field("values").wrong("nothing", "values or notValues");
        }
        return new Condition(key, values);
    }

    /** Those of the name, and those of {@code not} and the name. */
    private static Values values(Fields fields, String name, Function<Node, String> reader) {
        String not = "not" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        return new Values(fields.list(name, 1, MAX_VALUES, reader), fields.list(not, 1, MAX_VALUES, reader));
    }

    private static String wild(Node node) {
        return node.text(MAX_VALUE, WILD, WILD_EXPECTED);
    }

    private static String account(Node node) {
        return node.text(MAX_VALUE, ACCOUNT, "namespace/account: a document has no namespace of its own, and no *");
    }

    private static String path(Node node) {
        return node.text(
                MAX_VALUE,
                PATHS,
                "a path with * at its end, at its beginning or alone for any; or with the elements {*} for one element and"
                        + " at last {**} for any number; percent-encoded as it is sent, without a query");
    }

    private static String block(Node node) {
        String block =
                node.text(MAX_VALUE, BLOCK, "an IP address, or one with the length of a prefix: 10.0.0.0/8, fd00::/8");
        int slash = block.indexOf('/');
        if (slash >= 0
                && block.indexOf(':') >= 0
                && Integer.parseInt(block.substring(slash + 1)) < MAPPED_PREFIX
                && isIpv4(block.substring(0, slash))) {
            node.wrong("an IPv4 prefix as 10.0.0.0/8, or with a length of 96 to 128 after ::ffff:");
        }
        return block;
    }

    /** Whether an address that matches {@link #BLOCK}, so that no name is looked up, is one of IPv4. */
    private static boolean isIpv4(String address) {
        try {
            return InetAddress.getByName(address) instanceof Inet4Address;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e); // not of what matches
        }
    }

    private static String port(Node node) {
        return node.text(5, PORTS, "a port as a string: \"1\" to \"65535\"");
    }

    private static boolean flag(Fields fields, String name) {
        return fields.optional(name, Node::flag, false);
    }
}
