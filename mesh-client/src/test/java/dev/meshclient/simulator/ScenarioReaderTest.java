package dev.meshclient.simulator;

import static dev.meshclient.simulator.Scenarios.scenario;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema and the reader accept what is good and refuse what is bad, and the reader says where. */
class ScenarioReaderTest {
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(Simulator.schema());
    private static final ObjectMapper JSON = new ObjectMapper();

    private static boolean isOfSchema(String scenario) throws Exception {
        return SCHEMA.validate(JSON.readTree(scenario)).isEmpty();
    }

    private static String fault(String fields) {
        return scenario("\"faults\": [{" + fields + "}]");
    }

    private static String group(String fields) {
        return scenario("\"fleet\": [{" + fields + "}]");
    }

    private static String caller(String fields) {
        return "{\"length\": \"30s\", \"callers\": [{\"service\": \"web\", \"perSecond\": 1, \"host\": \"orders\""
                + fields + "}]}";
    }

    static Stream<String> good() {
        return Stream.of(
                scenario(""),
                scenario("\"seed\": 7, \"fleet\": [], \"faults\": [], \"atMost\": {}"),
                caller(
                        ", \"zone\": \"eu/a\", \"instances\": 3, \"path\": \"/a?b=c\", \"method\": \"PUT\", \"idempotent\": true, \"timeout\": \"1s\""),
                caller("").replace("\"orders\"", "\"orders:8080\""),
                group("\"service\": \"orders\", \"zones\": {\"eu/a\": 3, \"\": 1}"),
                group("\"service\": \"orders\", \"zone\": \"eu/a\", \"count\": 2, \"endpoints\": [\"a:1\"]"),
                group(
                        "\"service\": \"orders\", \"latency\": {\"median\": \"5ms\", \"sigma\": 0.5}, \"capacity\": {\"atOnce\": 5, \"status\": 429}"),
                fault("\"kind\": \"refuse\", \"from\": \"0s\""),
                fault("\"kind\": \"reset\", \"from\": \"1s\", \"to\": \"2s\", \"zone\": \"eu/a\""),
                fault("\"kind\": \"blackHole\", \"from\": \"1s\", \"service\": \"orders\", \"count\": 1"),
                fault("\"kind\": \"status\", \"from\": \"1s\", \"status\": 503, \"after\": \"2ms\""),
                fault("\"kind\": \"slow\", \"from\": \"1s\", \"factor\": 1.5"),
                fault("\"kind\": \"zoneLoss\", \"from\": \"1s\", \"zone\": \"eu/a\""),
                fault(
                        "\"kind\": \"restart\", \"from\": \"1s\", \"service\": \"orders\", \"every\": \"5s\", \"down\": \"1s\""),
                fault("\"kind\": \"publish\", \"from\": \"1s\", \"document\": " + Scenarios.policy("")),
                scenario(
                        "\"atMost\": {\"lost\": 0, \"retriesPercent\": 12.5, \"hedges\": 3, \"ejections\": 1, \"crossings\": 9, \"p50\": \"1ms\", \"p99\": \"1s\", \"max\": \"1m\"}"));
    }

    static Stream<Arguments> bad() {
        String duration =
                "a duration such as \"1m30s\" or \"250ms\": 1 to 4 numbers of up to 5 digits with h, m, s or ms";
        return Stream.of(
                Arguments.of("[]", "$: 0 items (legal: an object)"),
                Arguments.of(
                        scenario("\"seeds\": 1"),
                        "seeds: 1 (legal: nothing: this object has the fields atMost, callers, faults, fleet, length, seed)"),
                Arguments.of(scenario("\"seed\": 1.5"), "seed: 1.5 (legal: an integer from 0 to 9007199254740992)"),
                Arguments.of("{\"length\": \"1s\"}", "callers: nothing (legal: an array of at least 1 item)"),
                Arguments.of(
                        "{\"length\": \"1s\", \"callers\": []}",
                        "callers: 0 items (legal: an array of at least 1 item)"),
                Arguments.of(scenario("").replace("\"30s\"", "30"), "length: 30 (legal: " + duration + "; 1s to 24h)"),
                Arguments.of(
                        caller("").replace("1,", "0,"),
                        "callers[0].perSecond: 0 (legal: a number from 0.001 to 100000)"),
                Arguments.of(
                        caller("").replace("1,", "\"1\","),
                        "callers[0].perSecond: \"1\" (legal: a number from 0.001 to 100000)"),
                Arguments.of(caller(", \"zone\": \"a\""), "callers[0].zone: \"a\" (legal: a zone, as region/zone)"),
                Arguments.of(
                        caller(", \"path\": \"a\""), "callers[0].path: \"a\" (legal: a path, which begins with '/')"),
                Arguments.of(
                        caller(", \"method\": \"get\""),
                        "callers[0].method: \"get\" (legal: \"GET\", \"HEAD\", \"POST\", \"PUT\", \"DELETE\", \"PATCH\", \"OPTIONS\")"),
                Arguments.of(
                        caller(", \"idempotent\": \"yes\""), "callers[0].idempotent: \"yes\" (legal: true or false)"),
                Arguments.of(
                        group("\"zone\": \"eu/a\""),
                        "fleet[0].service: nothing (legal: the name of a service of the policy)"),
                Arguments.of(
                        group("\"service\": \"orders\", \"zones\": {\"a\": 1}"),
                        "fleet[0].zones.a: 1 (legal: a zone, as region/zone as the key, or an empty one for endpoints without a zone)"),
                Arguments.of(
                        group("\"service\": \"orders\", \"zones\": {}, \"count\": 1"),
                        "fleet[0].zones: an object (legal: nothing beside zone, endpoints or count: it replaces all endpoints of the service)"),
                Arguments.of(
                        group("\"service\": \"orders\", \"capacity\": {}"),
                        "fleet[0].capacity.atOnce: nothing (legal: a number from 1 to 1000000)"),
                Arguments.of(
                        group("\"service\": \"orders\", \"endpoints\": [1]"),
                        "fleet[0].endpoints[0]: 1 (legal: address:port of an endpoint)"),
                Arguments.of(
                        fault("\"kind\": \"explode\", \"from\": \"1s\""),
                        "faults[0].kind: \"explode\" (legal: \"refuse\", \"reset\", \"blackHole\", \"status\", \"slow\", \"zoneLoss\", \"restart\", \"publish\")"),
                Arguments.of(
                        fault("\"kind\": \"refuse\", \"from\": \"1s\", \"factor\": 2"),
                        "faults[0].factor: 2 (legal: nothing: this object has the fields count, endpoints, from, kind, service, to, zone)"),
                Arguments.of(
                        fault("\"kind\": \"slow\", \"from\": \"1s\""),
                        "faults[0].factor: nothing (legal: a number from 1 to 1000000)"),
                Arguments.of(
                        fault("\"kind\": \"status\", \"from\": \"1s\", \"status\": 200"),
                        "faults[0].status: 200 (legal: a number from 400 to 599)"),
                Arguments.of(
                        fault("\"kind\": \"zoneLoss\", \"from\": \"1s\""),
                        "faults[0].zone: nothing (legal: a zone, as region/zone)"),
                Arguments.of(
                        fault("\"kind\": \"publish\", \"from\": \"1s\""),
                        "faults[0].document: nothing (legal: a policy document)"),
                Arguments.of(
                        scenario("\"atMost\": {\"p99\": 200}"), "atMost.p99: 200 (legal: " + duration + "; 0s to 24h)"),
                Arguments.of(
                        scenario("\"atMost\": {\"lost\": -1}"),
                        "atMost.lost: -1 (legal: a number from 0 to 2147483647)"));
    }

    /** What parts of a scenario say of each other, and of the text, which a validator does not see. */
    static Stream<Arguments> badBeyondSchema() {
        return Stream.of(
                Arguments.of(
                        fault("\"kind\": \"refuse\", \"from\": \"2s\", \"to\": \"2s\""),
                        "faults[0].to: \"2s\" (legal: a time after from)"),
                Arguments.of(
                        fault("\"kind\": \"refuse\", \"from\": \"31s\""),
                        "faults[0].from: \"31s\" (legal: a time within the length of the simulation)"),
                Arguments.of(
                        caller("").replace("1,", "99999,").replace("30s", "1h"),
                        "length: 359996400 calls expected by the perSecond of all callers (legal: at most 10000000 calls)"),
                Arguments.of(
                        caller("").replace("\"orders\"", "\"or ders\""),
                        "callers[0].host: \"or ders\" (legal: a host name, or host:port)"),
                Arguments.of(
                        fault("\"kind\": \"publish\", \"from\": \"1s\", \"document\": {}"),
                        "faults[0].document.apiVersion: nothing (legal: meshclient.dev/v1)"));
    }

    @ParameterizedTest
    @MethodSource("good")
    void both_accept_a_good_scenario(String scenario) throws Exception {
        assertThat(SCHEMA.validate(JSON.readTree(scenario))).isEmpty();
        assertThat(ScenarioReader.read(scenario).callers()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void both_refuse_a_bad_scenario_and_the_reader_says_where(String scenario, String problem) throws Exception {
        assertThat(isOfSchema(scenario)).isFalse();
        refuses(scenario, problem);
    }

    @ParameterizedTest
    @MethodSource("badBeyondSchema")
    void the_reader_refuses_what_no_schema_can_say(String scenario, String problem) throws Exception {
        assertThat(isOfSchema(scenario)).isTrue();
        refuses(scenario, problem);
    }

    private static void refuses(String scenario, String problem) {
        assertThatExceptionOfType(ScenarioException.class)
                .isThrownBy(() -> ScenarioReader.read(scenario))
                .satisfies(e ->
                        assertThat(e.problems().stream().map(Object::toString)).contains(problem));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"seed\": 1, \"seed\": 2}", "{} {}", "nonsense"})
    void a_text_that_is_not_one_object_with_unique_keys_is_refused(String text) {
        assertThatExceptionOfType(ScenarioException.class).isThrownBy(() -> ScenarioReader.read(text));
    }

    @Test
    void all_problems_are_reported_at_once() {
        assertThatExceptionOfType(ScenarioException.class)
                .isThrownBy(() -> ScenarioReader.read("{\"length\": \"x\", \"callers\": [{\"zone\": 1}]}"))
                .satisfies(e -> assertThat(e.problems()).hasSize(5));
    }
}
