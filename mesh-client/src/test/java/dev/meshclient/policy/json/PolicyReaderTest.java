package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.Service;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** A reader that takes unchanged services from the last document must give what {@link PolicyCodec#read} gives. */
class PolicyReaderTest {
    private static final String ORDERS =
            "'orders': {'hosts': ['orders'], 'endpoints': [{'address': '10.0.0.1', 'port': 80}]}";
    private static final String SECURE =
            "'orders': {'hosts': ['orders'], 'requestAuthentication': {'provider': 'idp'}, 'tls': {'mode': 'MESH_MUTUAL'},"
                    + " 'endpoints': [{'address': '10.0.0.1', 'port': 80, 'serviceAccount': 'sa/one'}]}";

    private final PolicyReader reader = new PolicyReader(PolicyCodec.DEFAULT_MAX_BYTES);

    private static Documents mesh() {
        return Documents.mesh("shop");
    }

    private static byte[] bytes(Documents document) {
        return document.json().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads it as the next document, and compares with a reader that knows no other. */
    private PolicyDocument next(Documents document) throws PolicyException {
        PolicyDocument read = reader.read(bytes(document));
        assertThat(read).isEqualTo(document.read());
        return read;
    }

    private static Service service(PolicyDocument document, String name) {
        return Objects.requireNonNull(document.policy().services().get(name));
    }

    private static List<String> problems(PolicyDocument document, String service) {
        RefusedService refused = Objects.requireNonNull(document.refused().get(service));
        return refused.problems().stream().map(p -> p.line() + " " + p).toList();
    }

    @Test
    void a_service_with_the_same_text_is_the_same_object() throws Exception {
        PolicyDocument one = next(mesh().version(1).services(ORDERS).services("'a': {'hosts': ['a']}"));
        PolicyDocument two =
                next(mesh().version(2).services("'a': {'hosts': ['a', 'b']}").services(ORDERS));
        assertThat(service(two, "orders")).isSameAs(service(one, "orders"));
        assertThat(service(two, "a").hosts()).containsExactly("a", "b");
    }

    @Test
    void another_text_of_the_same_length_is_read() throws Exception {
        next(mesh().services(ORDERS));
        PolicyDocument two = next(mesh().services(ORDERS.replace("10.0.0.1", "10.0.0.2")));
        assertThat(service(two, "orders").endpoints().get(0).address()).isEqualTo("10.0.0.2");
    }

    @Test
    void the_same_text_under_another_name_is_another_service() throws Exception {
        next(mesh().with("'trustDomain': 'a.example'").services("'a': {'hosts': ['x']}"));
        PolicyDocument two = next(mesh().with("'trustDomain': 'a.example'").services("'b': {'hosts': ['x']}"));
        assertThat(service(two, "b").settings().backend().serviceAccount()).isEqualTo("spiffe://a.example/b");
    }

    @Test
    void equal_content_in_another_text_is_the_same_object_too() throws Exception {
        PolicyDocument one = next(mesh().services(ORDERS));
        PolicyDocument two = next(mesh().services(ORDERS.replace(", ", " ,  ")));
        assertThat(service(two, "orders")).isSameAs(service(one, "orders"));
    }

    @Test
    void another_head_changes_services_whose_text_is_the_same() throws Exception {
        String idp = "'jwtProviders': {'idp': {'issuer': 'https://%s', 'jwksUri': 'https://idp/keys'}}";
        String defaults = "'defaults': {'serviceAccount': 'ns/%s/{service}'}";
        for (String head : List.of(
                "'trustDomain': 'a.example', " + idp.formatted("one"),
                "'trustDomain': 'b.example', " + idp.formatted("one"),
                "'trustDomain': 'b.example', " + idp.formatted("two"),
                "'trustDomain': 'b.example', " + idp.formatted("two") + ", " + defaults.formatted("x"),
                "'trustDomain': 'b.example', " + idp.formatted("two") + ", " + defaults.formatted("y"))) {
            next(mesh().with(head).services(SECURE));
            PolicyDocument again = next(mesh().with(head).services(SECURE).services("'other': {'hosts': ['other']}"));
            assertThat(again.refused()).isEmpty();
        }
        assertThat(service(
                                next(mesh().with("'trustDomain': 'c.example', " + idp.formatted("two"))
                                        .services(SECURE)),
                                "orders")
                        .endpoints()
                        .get(0)
                        .serviceAccount())
                .isEqualTo("spiffe://c.example/sa/one");
    }

    @Test
    void a_head_that_makes_a_known_service_bad_refuses_it() throws Exception {
        Documents good = mesh().with(
                        "'trustDomain': 'a.example', 'jwtProviders': {'idp': {'issuer': 'i', 'jwksUri': 'https://idp/'}}")
                .services(SECURE);
        assertThat(next(good).refused()).isEmpty();
        PolicyDocument bad = next(mesh().services(SECURE));
        assertThat(problems(bad, "orders")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(next(good).refused()).isEmpty();
    }

    @Test
    void a_bad_service_is_reported_by_every_document() throws Exception {
        String bad =
                "'bad': {'hosts': ['bad'], 'endpoints': [{'address': 'http://x', 'port': 0}], 'retry': {'tries': 1}}";
        PolicyDocument one = next(mesh().version(1).services(ORDERS).services(bad));
        PolicyDocument two = next(mesh().version(2).services(ORDERS).services(bad));
        assertThat(problems(two, "bad")).isEqualTo(problems(one, "bad")).hasSize(4);
    }

    @Test
    void a_known_service_is_refused_for_what_another_one_claims_or_lacks() throws Exception {
        String user = "'user': {'hosts': ['user'], 'rules': [{'backendRefs': [{'name': 'orders'}]}]}";
        next(mesh().services(user).services(ORDERS));
        PolicyDocument lacks = next(mesh().services(user));
        assertThat(lacks.refused()).containsOnlyKeys("user");
        PolicyDocument rival = next(mesh().services(user).services(ORDERS).services("'rival': {'hosts': ['orders']}"));
        assertThat(rival.refused()).containsOnlyKeys("orders", "rival");
        assertThat(next(mesh().services(user).services(ORDERS)).refused()).isEmpty();
    }

    @Test
    void unknown_fields_are_listed_by_every_document() throws Exception {
        String newer =
                "'newer': {'hosts': ['newer'], 'warmConnections': {}, 'endpoints': [{'address': 'a', 'port': 1, 'zone': 'x'}]}";
        next(mesh().version(1).services(newer).with("'later': 1"));
        PolicyDocument two = next(mesh().version(2).services(ORDERS).services(newer));
        assertThat(two.unknownFields())
                .containsExactly(
                        "services.newer.warmConnections (in this document it is nothing: calls open connections, and a healthCheck opens one to each endpoint of a called service)",
                        "services.newer.endpoints[].zone (in this document it is locality: \"region/zone\" of an endpoint)");
        assertThat(next(mesh().version(3).services(ORDERS)).unknownFields()).isEmpty();
    }

    @Test
    void a_second_service_of_the_same_name_is_a_problem_again() throws Exception {
        String twice = ORDERS + ", " + ORDERS;
        next(mesh().services(ORDERS));
        for (int i = 0; i < 2; i++) {
            assertThat(next(mesh().services(twice)).refused()).containsOnlyKeys("orders");
        }
    }

    @Test
    void a_refused_document_reports_the_same_problems_as_without_known_services() throws Exception {
        String idp = "'jwtProviders': {'idp': {'issuer': 'i', 'jwksUri': 'https://idp/'}}";
        next(mesh().with(idp).with("'trustDomain': 'a.example'").services(SECURE));
        Documents bad = mesh().with(idp).with("'outboundTrafficPolicy': 'SOME'").services(SECURE);
        assertThat(result(() -> reader.read(bytes(bad))))
                .isEqualTo(result(bad::read))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSizeGreaterThan(1);
        assertThat(next(mesh().services(ORDERS)).refused()).isEmpty();
    }

    @Test
    void braces_quotes_and_escapes_in_strings_do_not_end_a_service() throws Exception {
        String odd =
                "'odd': {'hosts': ['odd'], 'x-note': '}]\\\"}\\\\', 'x-more': {'a': ['}']}, 'retry': {'attempts': 1}}";
        next(mesh().version(1).services(odd).services(ORDERS));
        PolicyDocument two =
                next(mesh().version(2).services(odd.replace("1}", "2}")).services(ORDERS));
        assertThat(Objects.requireNonNull(service(two, "odd").settings().route().retry())
                        .attempts())
                .isEqualTo(2);
    }

    @Test
    void each_changed_byte_is_seen() throws Exception {
        byte[] json = bytes(
                mesh().with("'trustDomain': 'a.example'").services(ORDERS).services("'a': {'hosts': ['a'], 'x': 1}"));
        for (int i = 0; i < json.length; i++) {
            reader.read(json);
            byte[] changed = json.clone();
            changed[i] = (byte) (json[i] == '1' ? '2' : '1');
            assertThat(result(() -> reader.read(changed))).isEqualTo(result(() -> PolicyCodec.read(changed)));
        }
    }

    private static Object result(Callable<PolicyDocument> reading) throws Exception {
        try {
            return reading.call();
        } catch (PolicyException e) {
            return e.problems();
        }
    }

    @Test
    void a_byte_order_mark_moves_nothing() throws Exception {
        byte[] plain = bytes(mesh().services(ORDERS));
        byte[] marked = ("\uFEFF" + mesh().services(ORDERS).json()).getBytes(StandardCharsets.UTF_8);
        PolicyDocument one = reader.read(plain);
        assertThat(service(reader.read(marked), "orders")).isSameAs(service(one, "orders"));
        byte[] changed =
                ("\uFEFF" + mesh().services(ORDERS.replace("80", "81")).json()).getBytes(StandardCharsets.UTF_8);
        assertThat(service(reader.read(changed), "orders").endpoints().get(0).port())
                .isEqualTo(81);
    }

    /** A document under random edits: its head, and the names and bodies of its services in their order. */
    private static final class Edited {
        private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
        private static final List<String> HEADS = List.of(
                "",
                "'trustDomain': 'a.example'",
                "'trustDomain': 'b.example'",
                "'defaults': {'retry': {'attempts': 1}}",
                "'outboundTrafficPolicy': 'SOME'");
        private static final String IDP = "'jwtProviders': {'idp': {'issuer': 'i', 'jwksUri': 'https://idp/%d'}}";
        private static final List<String> BODIES = List.of(
                "{'hosts': ['%s'], 'endpoints': [{'address': '10.0.0.1', 'port': %d}]}",
                "{'hosts': ['%s'], 'tls': {'mode': 'MESH_MUTUAL'}, 'retry': {'attempts': %d}}",
                "{'hosts': ['%s'], 'requestAuthentication': {'provider': 'idp'}, 'retry': {'attempts': %d}}",
                "{'hosts': ['%s'], 'rules': [{'backendRefs': [{'name': 'b', 'weight': %d}]}]}",
                "{'hosts': ['%s'], 'later': {'a': %d}}",
                "{'hosts': ['%s'], 'retry': {'attempts': -%d}}");

        private final Random random = new Random(17);
        private final List<String> services = new ArrayList<>();
        private String head = "";
        private String idp = "";
        private int version;

        /** Adds, removes, renames, moves, doubles or rewrites a service, changes its white space, or changes the head. */
        Documents next() {
            int at = services.isEmpty() ? 0 : random.nextInt(services.size());
            switch (services.isEmpty() ? 0 : random.nextInt(10)) {
                case 0, 1 -> services.add(at, "'" + any(NAMES) + "': " + body());
                case 2 -> services.remove(at);
                case 3 -> services.set(at, services.get(at).replaceFirst("'\\w'", "'" + any(NAMES) + "'"));
                case 4 -> services.add(random.nextInt(services.size()), services.remove(at));
                case 5 -> services.add(services.get(at));
                case 6 -> services.set(at, services.get(at).replaceFirst(", ", random.nextBoolean() ? " , " : ",\n"));
                case 7 -> services.set(at, services.get(at).replaceFirst("(?s): .*", ": " + body()));
                case 8 -> head = any(HEADS);
                default -> idp = random.nextInt(3) == 0 ? "" : IDP.formatted(random.nextInt(2));
            }
            if (services.size() > 6) {
                services.remove(at);
            }
            return mesh().version(++version).with(head).with(idp).services(String.join(",\n", services));
        }

        private String body() {
            return any(BODIES).formatted(any(NAMES), 1 + random.nextInt(2));
        }

        private String any(List<String> all) {
            return all.get(random.nextInt(all.size()));
        }
    }

    @Test
    void a_document_is_read_as_without_known_services_after_each_of_2000_edits() throws Exception {
        Edited edited = new Edited();
        for (int i = 0; i < 2000; i++) {
            byte[] json = bytes(edited.next());
            assertThat(result(() -> reader.read(json))).isEqualTo(result(() -> PolicyCodec.read(json)));
        }
    }
}
