package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.meshclient.Documents;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words of other meshes, words in a wrong place, and typing errors, each in the smallest document. */
class FieldHintsTest {
    private static String only(String fields) {
        List<String> found = PolicyCodec.lint(Fixtures.utf8(Fixtures.document(fields.replace('`', '\'')))).stream()
                .map(problem -> problem.expected())
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'http': [] | rules of a service, with backendRefs",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'route': []}] | rules of a service, with backendRefs",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'match': []}] | matches of a rule",
                "'rules': [{'backendRefs': [{'name': 'a', 'destination': {}}]}] | backendRefs: [{\"name\": SERVICE",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'timeout': '1s'}] | timeouts.request, and timeouts.backendRequest",
                "'retry': {'attempts': 1, 'perTryTimeout': '1s'} | timeouts.backendRequest",
                "'trafficPolicy': {} | not a level of its own: loadBalancer, outlierDetection",
                "'connectionPool': {} | limits.maxRequests",
                "'circuit_breakers': {} | limits.maxRequests",
                "'retries': 3 | retry: {\"attempts\": NUMBER",
                "'weight': 3 | the weight of an endpoint or of a backendRef",
                "'limits': {'maxRequests': 3, 'dryRun': true} | shadow: true as a field of limits",
                "'shadow': true | shadow: true as a field of limits",
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'zone': 'a'}] | locality: \"region/zone\" of an endpoint",
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'priority': 1}] | the priority of an entry of clusters",
                "'ports': [] | the port of an endpoint",
                "'attempts': 3 | a field of retry",
                "'maxRequests': 3 | limits.maxRequests",
                "'maxPendingRequests': 3 | limits.maxPendingRequests",
                "'limits': {'maxConnections': 3} | limits.maxConnectionsPerEndpoint, which counts those of one endpoint",
                "'maxRetries': 3 | retry.attempts, for those of one call, and limits.maxRetries",
                "'outlierDetection': {'consecutiveErrors': 3} | outlierDetection.consecutiveGatewayErrors",
                "'idleTimeout': '1h' | timeouts.idle of a service: the time without a byte within a call",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'prefix': '/a'}] | path: {\"type\": \"PathPrefix\", \"value\": PATH} of a match, for whole path elements",
                "'retries': {'attempts': 3, 'perTryTimeout': '2s'} | retry: {\"attempts\": NUMBER",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'delay': {}}] | nothing: a policy injects no faults",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'rewrite': {}}] | nothing: this version changes no requests",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'corsPolicy': {}}] | nothing: a client has no part in it",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'matches': [{'path': {'value': '/', 'ignoreUriCase': true}}]}] | nothing: a RegularExpression",
                "'rules': [{'backendRefs': [{'name': 'a', 'invertMatch': true}]}] | nothing: a RegularExpression",
                "'splits': [] | backendRefs of a rule",
                "'requestTimeout': '1s' | timeouts.request",
                "'retryConstraint': {'retryRatio': 0.2} | retryConstraint.minRetryRate.count",
                "'retry': {'attempts': 1, 'retryRemoteLocalities': true} | nothing: a retry uses an endpoint that the call has not tried",
                "'retry': {'attempts': 1, 'retryBackOff': {}} | retry.backoff",
                "'outlierDetection': {'ejectionTime': '30s'} | outlierDetection.baseEjectionTime",
                "'outlierDetection': {'consecutive5xx': 5} | outlierDetection.consecutive5xxErrors",
                "'outlierDetection': {'enforcingConsecutive5xx': 5} | nothing: a limit of 0 is off",
                "'loadBalancer': {'simple': 'LEAST_REQUEST', 'activeRequestBias': 1.0} | nothing: LEAST_REQUEST has attempts in flight",
                "'slowStartConfig': {} | loadBalancer.warmup",
                "'subsetSize': 20 | loadBalancer.subsetSize",
                "'warmConnections': 2 | nothing: calls open connections",
                "'healthyPanicThreshold': 50 | outlierDetection.minHealthPercent",
                "'namespace': 'prod' | nothing: metadata has mesh",
                "'exportTo': ['*'] | nothing: a client has no part in it",
                "'isRetryable': true | nothing: retry applies to methods that are safe to repeat",
                "'mtls': {} | tls: {\"mode\": \"MESH_MUTUAL\"}",
            })
    void what_a_word_of_elsewhere_is_here(String field, String meaning) {
        assertThat(only("'services': {'a': {'hosts': ['a'], " + field + "}}"))
                .startsWith("no such field")
                .contains("; in this document it is " + meaning)
                .doesNotContain("known here");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'matches': [{'path': {'type': 'Prefix', 'value': '/a'}}] | Prefix is stated as PathPrefix here",
                "'matches': [{'path': {'type': 'regex', 'value': '/a'}}] | regex is stated as RegularExpression here",
                "'matches': [{'path': {'type': 'Regularexpresion', 'value': '/a'}}] | did you mean RegularExpression?",
                "'matches': [{'path': {'type': 'exact', 'value': '/a'}}] | did you mean Exact?",
                "'matches': [{'headers': [{'name': 'a', 'type': 'Prefix', 'value': 'a'}]}] | RegularExpression here: TEXT.*",
                "'fault': {'abort': {'httpStatus': 503}} | no part of a policy injects faults",
                "'filters': [] | interceptors of your OkHttpClient",
            })
    void what_a_value_of_elsewhere_is_in_a_rule(String field, String meaning) {
        assertThat(only("'services': {'a': {'hosts': ['a'], 'rules': [{'backendRefs': [{'name': 'a'}], " + field
                        + "}]}}"))
                .contains(meaning);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'resolution': 'STRICT_DNS' | STRICT_DNS is stated as DNS here",
                "'appProtocol': 'grpc' | grpc is stated as kubernetes.io/h2c here, and as https with TLS",
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'health': 'passing'}] | passing is stated as HEALTHY here",
                "'tls': {'mode': 'STRICT'} | its clients state MESH_MUTUAL here",
                "'loadBalancer': {'simple': 'EWMA'} | is stated as PEAK_EWMA here",
            })
    void what_a_value_of_elsewhere_is_in_a_service(String field, String meaning) {
        assertThat(only("'services': {'a': {'hosts': ['a'], " + field + "}}")).contains(meaning);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VirtualService | rules of a service",
                "HTTPRoute | rules of a service",
                "DestinationRule | settings and subsets of a service",
                "ServiceEntry | a service with hosts and endpoints",
                "ServiceResolver | settings and subsets of a service",
                "ConfigMap | the text in its data",
                "meshPolicy | did you mean MeshPolicy?",
            })
    void an_object_of_another_mesh_is_a_part_of_a_document(String kind, String part) {
        String object = "{'apiVersion': 'networking.istio.io/v1', 'kind': '" + kind + "', 'spec': {}}";
        List<String> found = PolicyCodec.lint(Fixtures.utf8(object.replace('\'', '"'))).stream()
                .map(PolicyProblem::toString)
                .toList();

        assertThat(found).hasSize(2);
        assertThat(found.get(1)).startsWith("kind: ").contains(part);
    }

    @Test
    void an_object_of_another_mesh_is_no_service() {
        List<PolicyProblem> found = PolicyCodec.lint(Fixtures.utf8(Fixtures.document("'services': {'a':"
                + " {'apiVersion': 'networking.istio.io/v1', 'kind': 'VirtualService', 'metadata': {'name': 'a'},"
                + " 'spec': {'hosts': ['a']}}}")));

        assertThat(found)
                .extracting(PolicyProblem::path)
                .containsExactly(
                        "services.a.hosts",
                        "services.a.apiVersion",
                        "services.a.kind",
                        "services.a.metadata",
                        "services.a.spec");
        assertThat(found.subList(1, 4))
                .extracting(PolicyProblem::expected)
                .containsOnly(
                        "no such field; in this document it is at the head of the document only: an object of another"
                                + " mesh is rules, settings or endpoints of a service");
        assertThat(found.get(4).expected()).endsWith("and hosts, rules and settings on a service");
    }

    @ParameterizedTest
    @CsvSource({"V1, v1", "v11, v1", "v22, v2", "v-1, v1"})
    void a_short_name_in_other_case_or_with_a_digit_twice(String stated, String meant) {
        assertThat(only(
                        "'services': {'a': {'hosts': ['a'], 'subsets': [{'name': 'v1', 'labels': {}}, {'name': 'v2', 'labels': {}}],"
                                + " 'rules': [{'backendRefs': [{'name': 'a', 'subset': '" + stated + "'}]}]}}"))
                .isEqualTo("a subset of the service a; did you mean \"" + meant + "\"?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3", "v12", "w1"})
    void another_short_name(String stated) {
        assertThat(only(
                        "'services': {'a': {'hosts': ['a'], 'subsets': [{'name': 'v1', 'labels': {}}, {'name': 'v2', 'labels': {}}],"
                                + " 'rules': [{'backendRefs': [{'name': 'a', 'subset': '" + stated + "'}]}]}}"))
                .isEqualTo("a subset of the service a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "---\n", "# the mesh\n", "\n  "})
    void yaml_is_not_json(String start) {
        String yaml = start + "apiVersion: meshclient.dev/v1\nkind: MeshPolicy\n";

        assertThat(PolicyCodec.lint(yaml.getBytes(StandardCharsets.UTF_8)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.expected())
                        .contains("YAML is not read")
                        .contains("JSON (RFC 8259)"));
    }

    @Test
    void broken_json_is_no_yaml() {
        assertThat(PolicyCodec.lint("{\"kind\": }".getBytes(StandardCharsets.UTF_8)))
                .singleElement()
                .satisfies(problem -> assertThat(problem.expected()).doesNotContain("YAML"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"apiVersion", "kind"})
    void of_another_version_or_kind_the_head_alone_is_a_problem(String field) {
        String other = Documents.mesh("m")
                .with("'unknown': 1")
                .json()
                .replaceFirst("\"" + field + "\": \"[^\"]*\"", "\"" + field + "\": \"x\"");

        assertThat(PolicyCodec.lint(other.getBytes(StandardCharsets.UTF_8)))
                .extracting(PolicyProblem::path)
                .containsExactly(field);
    }

    @Test
    void the_service_and_the_subset_that_a_rule_probably_meant() {
        assertThat(only("'services': {'orders': {'hosts': ['a'], 'rules': [{'backendRefs': [{'name': 'order'}]}]}}"))
                .isEqualTo("a service of this document; did you mean \"orders\"?");
        assertThat(only("'services': {'orders': {'hosts': ['a'], 'subsets': [{'name': 'canary', 'labels': {}}],"
                        + " 'rules': [{'backendRefs': [{'name': 'orders', 'subset': 'cnary'}]}]}}"))
                .endsWith("; did you mean \"canary\"?");
        assertThat(only("'services': {'orders': {'hosts': ['a'], 'rules': [{'backendRefs': [{'name': 'billing'}]}]}}"))
                .isEqualTo("a service of this document");
    }

    private static String letters(int number) {
        return number == 0 ? "" : letters(number / 26) + (char) ('a' + number % 26);
    }

    @Test
    void many_names_that_no_service_has_are_read_in_time() {
        StringBuilder services = new StringBuilder();
        for (int i = 1; i < 20_000; i++) {
            services.append("'service-of-the-long-kind-" + letters(i) + "': {'hosts': ['h" + i
                    + "'], 'rules': [{'backendRefs': [{'name': 'servize-of-the-long-kind-" + letters(i) + "'}]}]}, ");
        }
        String document = Fixtures.document("'services': {" + services + "'a': {'hosts': ['a']}}");

        assertTimeoutPreemptively(Patience.LONG, () -> assertThat(PolicyCodec.lint(Fixtures.utf8(document)))
                .hasSize(1001));
    }

    @Test
    void fields_of_one_kind_of_object_are_listed_once() {
        List<PolicyProblem> found = PolicyCodec.lint(Fixtures.utf8(Fixtures.document(
                "'services': {'a': {'hosts': ['a'], 'colour': 1, 'taste': 1}, 'b': {'hosts': ['b'], 'smell': 1}}")));

        assertThat(found.get(0).expected())
                .startsWith("no such field; known here: ")
                .contains("hosts");
        assertThat(found.subList(1, 3))
                .extracting(PolicyProblem::expected)
                .containsOnly("no such field; known here: as listed above");
    }

    @Test
    void a_service_that_is_refused_alone_lists_the_fields_itself() throws Exception {
        String rules = "{'hosts': ['%s'], 'authorization': [{'action': 'ALLOW', 'rules': [{'zzqq': 1}]}]}";
        Map<String, RefusedService> refused = Documents.mesh("m")
                .services("'a': " + rules.formatted("a") + ", 'b': " + rules.formatted("b"))
                .read()
                .refused();

        assertThat(refused).containsOnlyKeys("a", "b");
        assertThat(refused.values()).allSatisfy(service -> assertThat(service.problems())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.expected()).contains("known here: ").doesNotContain("as listed above")));
    }

    @Test
    void the_levels_of_kubernetes() {
        assertThat(only("'spec': {}, 'services': {}"))
                .contains("in this document it is not a level of its own: services, clusters and defaults");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'endpoint': [] | endpoints",
                "'outlierDetecton': {} | outlierDetection",
                "'limit': {} | limits",
                "'outlier_detection': {} | outlierDetection",
                "'resoluton': 'DNS' | resolution",
                "'retry': {'attempts': 1, 'retry_on': []} | retryOn",
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'wieght': 1}] | weight",
                "'trafficDistribution': 'preferSameZone' | PreferSameZone",
                "'retry': {'attempts': 1, 'retryOn': ['conect-failure']} | connect-failure",
                "'loadBalancer': {'simple': 'least_request'} | LEAST_REQUEST",
            })
    void the_word_that_was_meant(String field, String meant) {
        assertThat(only("'services': {'a': {'hosts': ['a'], " + field + "}}")).contains("did you mean " + meant + "?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'retry': {'attempts': 1, 'retryOn': ['4xx']}",
                "'appProtocol': 'http2'",
                "'retry': {'attempts': 1, 'retryOn': ['retriable-5xx']}",
                "'outlierDetection': {'consecutive4xxErrors': 1}",
            })
    void another_digit_is_no_typing_error(String field) {
        assertThat(only("'services': {'a': {'hosts': ['a'], " + field + "}}")).doesNotContain("did you mean");
    }

    @Test
    void only_words_that_are_legal_at_that_place() {
        assertThat(only("'services': {'a': {'hosts': ['a'], 'retry': {'attempts': 1, 'wieght': 1}}}"))
                .doesNotContain("did you mean");
        assertThat(only("'services': {'a': {'hosts': ['a'], 'colour': 1}}")).startsWith("no such field; known here: ");
    }

    @Test
    void a_document_of_nothing_else_is_read_in_time() {
        StringBuilder fields = new StringBuilder("'services': {}");
        for (int i = 0; i < 300_000; i++) {
            fields.append(", 'outlierDetektoon").append(i).append("': 1");
        }
        assertThat(PolicyCodec.lint(Fixtures.utf8(Fixtures.document(fields.toString()))))
                .hasSize(1001);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'limits': {'maxRequest': 1} | limits.maxRequest (did you mean maxRequests?)",
                "'limits': {'maxConnections': 1} | limits.maxConnections (in this document it is limits.maxConnectionsPerEndpoint, ",
                "'healthCheck': {'path': '/', 'intervall': '1s'} | healthCheck.intervall (did you mean interval?)",
                "'outlierDetection': {'consecutive5xxError': 1} | outlierDetection.consecutive5xxError (did you mean consecutive5xxErrors?)",
                "'outlierDetecton': {} | outlierDetecton (did you mean outlierDetection?)",
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'wieght': 1}] | endpoints[].wieght (did you mean weight?)",
                "'limits': {'colour': 1} | limits.colour",
            })
    void an_ignored_field_is_listed_with_the_one_that_was_meant(String field, String listed) throws Exception {
        assertThat(PolicyCodec.read(
                                Fixtures.utf8(Fixtures.document("'services': {'a': {'hosts': ['a'], " + field + "}}")))
                        .unknownFields())
                .singleElement()
                .asString()
                .startsWith("services.a." + listed);
    }

    @Test
    void twenty_ignored_fields_have_a_hint() throws Exception {
        StringBuilder services = new StringBuilder();
        for (int i = 1; i <= 100; i++) {
            services.append("'s" + i + "': {'hosts': ['h" + i + "'], 'endpoint': []}, ");
        }
        assertThat(PolicyCodec.read(
                                Fixtures.utf8(Fixtures.document("'services': {" + services + "'a': {'hosts': ['a']}}")))
                        .unknownFields())
                .hasSize(100)
                .filteredOn(listed -> listed.endsWith("endpoint (did you mean endpoints?)"))
                .hasSize(20);
    }

    @Test
    void hints_of_ignored_fields_do_not_use_up_those_of_problems() throws Exception {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            fields.append("'outlierDetektoon").append(i).append("': 1, ");
        }
        String document = Fixtures.document(
                fields + "'services': {'a': {'hosts': ['a'], 'authorization': [{'action': 'ALLOW', 'rulez': []}]}}");

        assertThat(PolicyCodec.read(Fixtures.utf8(document)).refused().get("a"))
                .asString()
                .contains("no such field, and not safe to ignore; did you mean rules?");
    }
}
