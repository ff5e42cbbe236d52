package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words and fields of other meshes, and of later versions: the refusal says that the word is known and not supported. */
class RefusedByNameTest {
    private static PolicyProblem only(String fields) {
        PolicyException e = catchThrowableOfType(
                PolicyException.class, () -> PolicyCodec.readStrict(Fixtures.utf8(Fixtures.document(fields))));
        assertThat(e.problems()).hasSize(1);
        return e.problems().get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unavailable | is a gRPC condition",
                "resource-exhausted | is a gRPC condition",
                "http3-post-connect-failure | is for HTTP/3",
                "envoy-ratelimited | is about a header of Envoy",
                "retriable-headers | is not supported by this version",
            })
    void a_retry_condition(String word, String why) {
        PolicyProblem problem =
                only("'defaults': {'retry': {'attempts': 1, 'retryOn': ['" + word + "']}}, 'services': {}");

        assertThat(problem.path()).isEqualTo("defaults.retry.retryOn[0]");
        assertThat(problem.expected()).startsWith("connect-failure, ").contains(word + " " + why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'loadBalancer': {'simple': 'RING_HASH'} | RING_HASH is stated as consistentHash.ringHash here",
                "'trafficDistribution': 'PreferClose' | PreferClose is Kubernetes' old word for PreferSameZone",
                "'authorization': [{'action': 'CUSTOM', 'rules': []}] | CUSTOM hands the decision to a server of its own",
                "'authorization': [{'action': 'DENY', 'rules': [], 'selector': {}}] | not supported by this version, and not safe to ignore",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'authorization': []}] | nothing: authorization stands on the service, or in defaults",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'fault': {}}] | not supported by this version, and not safe to ignore",
                "'rules': [{'backendRefs': [{'name': 'a'}], 'filters': []}] | not supported by this version, and not safe to ignore",
            },
            quoteCharacter = '`')
    void a_setting_of_a_service(String field, String why) {
        assertThat(only("'services': {'a': {'hosts': ['a'], " + field + "}}").expected())
                .contains(why);
    }
}
