package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Answer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is not known is never decided against what it could be: every completion of what is unknown is enumerated. */
class ThreeValuesTest {
    private static final List<String> PEERS = List.of("", "spiffe://td/ns/a/sa/x", "spiffe://td/ns/b/sa/y");
    private static final List<String> METHODS = List.of("GET", "POST");
    private static final List<String> PATHS = List.of("/a", "/b/c", "/a/b");
    private static final List<String> SCOPES = List.of("", "read", "write", "read write");
    private static final List<String> HEADERS = List.of("", "u", "v");
    private static final List<Attribute> VARYING =
            List.of(Attribute.PRINCIPAL, Attribute.METHOD, Attribute.PATH, Attribute.TOKEN, Attribute.HEADERS);

    private final SplittableRandom random = new SplittableRandom(8);

    /** All requests there are. */
    private static List<FakeFacts> requests() {
        List<FakeFacts> all = new ArrayList<>();
        for (String peer : PEERS) {
            for (String method : METHODS) {
                for (String path : PATHS) {
                    for (String scope : SCOPES) {
                        for (String header : HEADERS) {
                            FakeFacts facts = new FakeFacts()
                                    .with(Attribute.METHOD, method)
                                    .with(Attribute.PATH, path);
                            if (!peer.isEmpty()) {
                                facts.with(Attribute.PRINCIPAL, peer);
                            }
                            if (!scope.isEmpty()) {
                                facts.claims(Map.of("iss", "i", "sub", "s", "scope", scope));
                            }
                            if (!header.isEmpty()) {
                                facts.header("h", header);
                            }
                            all.add(facts);
                        }
                    }
                }
            }
        }
        return all;
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }

    private String rule() {
        List<String> parts = new ArrayList<>();
        if (random.nextInt(3) > 0) {
            parts.add("'from': [{'source': {'" + pick("principals", "notPrincipals") + "': ['"
                    + pick("*", "*/x", "td/ns/b*") + "']"
                    + (random.nextBoolean() ? ", 'notNamespaces': ['" + pick("a", "b") + "']" : "") + "}}]");
        }
        if (random.nextInt(3) > 0) {
            parts.add("'to': [{'operation': {'" + pick("methods", "notMethods") + "': ['" + pick("GET", "P*") + "']}},"
                    + " {'operation': {'" + pick("paths", "notPaths") + "': ['" + pick("/a", "/b/{*}", "/a*")
                    + "']}}]");
        }
        if (random.nextInt(3) > 0) {
            parts.add("'when': [{'key': '" + pick("request.auth.claims[scope]", "request.headers[h]") + "', '"
                    + pick("values", "notValues") + "': ['" + pick("read", "u", "*") + "']}]");
        }
        return "{" + String.join(", ", parts) + "}";
    }

    private Authorization policies() {
        List<String> policies = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            policies.add("{'action': '" + pick("ALLOW", "DENY") + "', 'rules': [" + rule() + ", " + rule() + "]}");
        }
        return Policies.compiled(policies.toArray(String[]::new));
    }

    private static boolean agrees(FakeFacts one, FakeFacts other, List<Attribute> unknown) {
        return VARYING.stream().filter(a -> !unknown.contains(a)).allMatch(a -> switch (a) {
            case TOKEN -> String.valueOf(one.claims).equals(String.valueOf(other.claims));
            case HEADERS -> one.headers.equals(other.headers);
            default -> String.valueOf(one.texts.get(a)).equals(String.valueOf(other.texts.get(a)));
        });
    }

    @Test
    void what_is_denied_or_allowed_with_something_unknown_is_so_whatever_it_is() {
        List<FakeFacts> requests = requests();
        Map<Answer, Integer> answers = new EnumMap<>(Answer.class);
        for (int round = 0; round < 400; round++) {
            Authorization policies = policies();
            List<Attribute> unknown =
                    VARYING.stream().filter(a -> random.nextBoolean()).toList();
            FakeFacts known = requests.get(random.nextInt(requests.size()));
            FakeFacts open = known.copy().unknown(unknown.toArray(Attribute[]::new));
            Answer answer = policies.decide(open, open).answer();
            answers.merge(answer, 1, Integer::sum);
            for (FakeFacts completed : requests) {
                if (agrees(known, completed, unknown)) {
                    Answer then = policies.decide(completed, completed).answer();
                    assertThat(then).isNotEqualTo(Answer.OPEN);
                    if (answer != Answer.OPEN) {
                        assertThat(then)
                                .as("%s, %s, unknown %s", policies, completed, unknown)
                                .isEqualTo(answer);
                    }
                }
            }
        }
        assertThat(answers).as("all three are met often").hasSize(3).allSatisfy((answer, count) -> assertThat(count)
                .isGreaterThan(40));
    }

    @Test
    void what_no_value_could_allow_is_denied_although_it_is_not_known() {
        Authorization policies = Policies.compiled("{'action': 'ALLOW', 'rules': [{'to': [{'operation': {'methods':"
                + " ['GET']}}], 'when': [{'key': 'request.auth.claims[scope]', 'values': ['read']}]}]}");
        FakeFacts post = new FakeFacts().with(Attribute.METHOD, "POST").unknown(Attribute.TOKEN);
        FakeFacts get = new FakeFacts().with(Attribute.METHOD, "GET").unknown(Attribute.TOKEN);

        assertThat(policies.decide(post, post).answer()).isEqualTo(Answer.DENIED);
        assertThat(policies.decide(get, get)).isEqualTo(new Authorization.Verdict(Answer.OPEN, "#0", "rules[0]"));
    }
}
