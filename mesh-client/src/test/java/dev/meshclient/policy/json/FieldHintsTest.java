package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
                "'retries': 3 | retry.attempts",
                "'weight': 3 | the weight of an endpoint or of a backendRef",
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'zone': 'a'}] | locality: \"region/zone\" of an endpoint",
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'priority': 1}] | the priority of an entry of clusters",
                "'ports': [] | the port of an endpoint",
                "'attempts': 3 | a field of retry",
                "'maxRequests': 3 | limits.maxRequests",
                "'limits': {'maxPendingRequests': 3} | nothing: no call waits in a queue",
                "'limits': {'maxConnections': 3} | nothing: this version limits calls",
                "'limits': {'maxRetries': 3} | retryConstraint, for the retries of all calls",
                "'outlierDetection': {'consecutiveErrors': 3} | outlierDetection.consecutiveGatewayErrors",
                "'idleTimeout': '1h' | timeouts.idle of a service: the time without a byte within a call",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'prefix': '/a'}] | path: {\"type\": \"PathPrefix\", \"value\": PATH} of a match, for whole path elements",
                "'mtls': {} | tls: {\"mode\": \"MESH_MUTUAL\"}",
            })
    void what_a_word_of_elsewhere_is_here(String field, String meaning) {
        assertThat(only("'services': {'a': {'hosts': ['a'], " + field + "}}"))
                .startsWith("no such field")
                .contains("; in this document it is " + meaning)
                .contains("; known here: ");
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

    @Test
    void ignored_fields_get_no_hint_and_do_not_use_up_those_of_problems() throws Exception {
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
