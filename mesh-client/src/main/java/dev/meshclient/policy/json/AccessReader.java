package dev.meshclient.policy.json;

import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.AuthorizationPolicy.Condition;
import dev.meshclient.policy.AuthorizationPolicy.Operation;
import dev.meshclient.policy.AuthorizationPolicy.Rule;
import dev.meshclient.policy.AuthorizationPolicy.Source;
import dev.meshclient.policy.AuthorizationPolicy.Values;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.TokenCredentials;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads authorization policies, token authentication and credentials. No field here may be ignored safely. */
final class AccessReader {
    private static final Words<AuthorizationPolicy.Action> ACTION = Words.of(AuthorizationPolicy.Action.values())
            .refusing("CUSTOM", "hands the decision to a server of its own, which this library does not ask");

    /** Stands for each provider that a policy names until the whole document has been read. */
    static final JwtProvider NAMED = JwtProvider.builder().build();

    // ---- tokens

    private static final class TokenDraft {
        private String token = "";
        private boolean overwrite;
    }

    private static final ObjectReader<TokenDraft> CREDENTIALS = ObjectReader.<TokenDraft>refusingOthers()
            .field("token", (in, c) -> c.token = in.text())
            .field("overwrite", (in, c) -> c.overwrite = in.flag());

    private static final class AuthenticationDraft {
        private final Map<String, JwtProvider> providers = new LinkedHashMap<>();
        private boolean one;
        private boolean several;
        private boolean forward;
    }

    private static final ObjectReader<AuthenticationDraft> AUTHENTICATION =
            ObjectReader.<AuthenticationDraft>refusingOthers()
                    .field("provider", (in, a) -> {
                        a.one = true;
                        named(in, a);
                    })
                    .field("providers", AccessReader::several)
                    .field("forwardOriginalToken", (in, a) -> a.forward = in.flag());

    private static void several(JsonCursor in, AuthenticationDraft a) throws IOException {
        a.several = true;
        List<Object> place = in.place();
        int size = in.list(1, item -> {
                    named(item, a);
                    return "";
                })
                .size();
        if (a.one) {
            in.found(null, "nothing: provider is stated, and is one of them or the other");
        } else if (size == 1) {
            place.set(place.size() - 1, "provider");
            in.writtenAs(place, in.placeOf(0));
        }
    }

    private static void named(JsonCursor in, AuthenticationDraft a) throws IOException {
        String name = in.text();
        if (a.providers.put(name, NAMED) != null && !name.isEmpty() && (!a.one || !a.several)) {
            in.found(null, "each provider once");
        }
    }

    // ---- policies

    private static final class PolicyDraft {
        private @Nullable String name;
        private AuthorizationPolicy.Action action = AuthorizationPolicy.Action.DENY;
        private boolean shadow;
        private List<Rule> rules = List.of();
    }

    private static final ObjectReader<PolicyDraft> POLICY = ObjectReader.<PolicyDraft>refusingOthers()
            .field("name", (in, p) -> p.name = in.text())
            .required("action", ACTION.expected(null), (in, p) -> p.action = in.word(ACTION))
            .field("shadow", (in, p) -> p.shadow = in.flag())
            .required(
                    "rules",
                    "an array of up to 512 rules; empty: it matches nothing",
                    (in, p) -> p.rules = in.list(0, AccessReader::rule))
            .unsupported("provider", "selector", "targetRefs");

    private static final class RuleDraft {
        private List<Source> from = List.of();
        private List<Operation> to = List.of();
        private List<Condition> when = List.of();
        private Source source = Source.builder().build();
        private Operation operation = NO_OPERATION;
    }

    private static final Operation NO_OPERATION = new Operation(Values.NONE, Values.NONE, Values.NONE, Values.NONE);

    private static final ObjectReader<RuleDraft> FROM =
            ObjectReader.<RuleDraft>refusingOthers().required("source", "an object", (in, r) -> r.source = source(in));
    private static final ObjectReader<RuleDraft> TO = ObjectReader.<RuleDraft>refusingOthers()
            .required("operation", "an object", (in, r) -> r.operation = operation(in));

    private static final ObjectReader<RuleDraft> RULE = ObjectReader.<RuleDraft>refusingOthers()
            .field("from", (in, r) -> r.from = in.list(1, i -> FROM.read(i, new RuleDraft()).source))
            .field("to", (in, r) -> r.to = in.list(1, i -> TO.read(i, new RuleDraft()).operation))
            .field("when", (in, r) -> r.when = in.list(1, AccessReader::condition));

    /** Lists by name, each with its negation, whose name begins with {@code not}. */
    private static ObjectReader<Map<String, List<String>>> lists(
            ObjectReader<Map<String, List<String>>> object, String... names) {
        for (String name : names) {
            for (String either : List.of(name, not(name))) {
                object.field(either, (in, lists) -> lists.put(either, in.list(1, JsonCursor::text)));
            }
        }
        return object;
    }

    /** The name of the negation of a field. */
    static String not(String name) {
        return "not" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static Values values(Map<String, List<String>> lists, String name) {
        return new Values(lists.getOrDefault(name, List.of()), lists.getOrDefault(not(name), List.of()));
    }

    private static final ObjectReader<Map<String, List<String>>> SOURCE = lists(
            ObjectReader.refusingOthers(),
            "principals",
            "requestPrincipals",
            "namespaces",
            "serviceAccounts",
            "trustDomains",
            "ipBlocks",
            "remoteIpBlocks");
    private static final ObjectReader<Map<String, List<String>>> OPERATION =
            lists(ObjectReader.refusingOthers(), "hosts", "ports", "methods", "paths");

    private static final class ConditionDraft {
        private String key = "";
        private final Map<String, List<String>> lists = new HashMap<>();
    }

    private static final ObjectReader<ConditionDraft> CONDITION = ObjectReader.<ConditionDraft>refusingOthers()
            .field("key", (in, c) -> c.key = in.text())
            .field("values", (in, c) -> c.lists.put("values", in.list(1, JsonCursor::text)))
            .field("notValues", (in, c) -> c.lists.put("notValues", in.list(1, JsonCursor::text)));

    private AccessReader() {}

    static TokenCredentials credentials(JsonCursor in) throws IOException {
        TokenDraft c = CREDENTIALS.read(in, new TokenDraft());
        return new TokenCredentials(c.token, c.overwrite);
    }

    static RequestAuthentication requestAuthentication(JsonCursor in) throws IOException {
        boolean object = in.isObject();
        AuthenticationDraft a = AUTHENTICATION.read(in, new AuthenticationDraft());
        if (object && !a.one && !a.several) {
            in.unreadable(in.placeOf("provider"), "nothing", "a name of jwtProviders");
        }
        return new RequestAuthentication(a.providers, a.forward);
    }

    static List<AuthorizationPolicy> authorization(JsonCursor in) throws IOException {
        return in.list(0, item -> {
            PolicyDraft p = POLICY.read(item, new PolicyDraft());
            return new AuthorizationPolicy(p.name, p.action, p.shadow, p.rules);
        });
    }

    private static Rule rule(JsonCursor in) throws IOException {
        RuleDraft r = RULE.read(in, new RuleDraft());
        return new Rule(r.from, r.to, r.when);
    }

    private static Source source(JsonCursor in) throws IOException {
        Map<String, List<String>> lists = SOURCE.read(in, new HashMap<>());
        return Source.builder()
                .principals(values(lists, "principals"))
                .requestPrincipals(values(lists, "requestPrincipals"))
                .namespaces(values(lists, "namespaces"))
                .serviceAccounts(values(lists, "serviceAccounts"))
                .trustDomains(values(lists, "trustDomains"))
                .ipBlocks(values(lists, "ipBlocks"))
                .remoteIpBlocks(values(lists, "remoteIpBlocks"))
                .build();
    }

    private static Operation operation(JsonCursor in) throws IOException {
        Map<String, List<String>> lists = OPERATION.read(in, new HashMap<>());
        return new Operation(
                values(lists, "hosts"), values(lists, "ports"), values(lists, "methods"), values(lists, "paths"));
    }

    private static Condition condition(JsonCursor in) throws IOException {
        ConditionDraft c = CONDITION.read(in, new ConditionDraft());
        return new Condition(c.key, values(c.lists, "values"));
    }
}
