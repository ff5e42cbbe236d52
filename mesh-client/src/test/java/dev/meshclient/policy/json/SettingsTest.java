package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.CircuitBreakerPolicy;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.RateLimitPolicy;
import dev.meshclient.policy.RetryPolicy;
import dev.meshclient.policy.Settings;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The nearest statement wins: timeouts, budget and limits field by field, everything else as a whole. */
class SettingsTest {
    private static Settings settings(String fields) throws PolicyException {
        return PolicyCodec.read(Fixtures.document(
                        "'jwtProviders': {'a': {'issuer': 'a', 'jwksUri': 'https://a/'}, 'b': {'issuer': 'b', 'jwksUri': 'https://b/'}},"
                                + "'defaults': {" + fields + "}, 'services': {}"))
                .policy()
                .defaults();
    }

    private static final String ALL =
            "'timeouts': {'request': '1s', 'backendRequest': '2s', 'connect': '3s', 'idle': '4s'},"
                    + "'retry': {'attempts': 1, 'codes': [503], 'backoff': '5ms'},"
                    + "'retryConstraint': {'budget': {'percent': 1, 'interval': '6s'}, 'minRetryRate': {'count': 2, 'interval': '7s'}, 'shadow': true},"
                    + "'circuitBreaker': {'failureRateThreshold': 60}, 'rateLimit': {'limitForPeriod': 5, 'limitRefreshPeriod': '1s'},"
                    + "'limits': {'maxRequests': 8, 'shadow': true}, 'loadBalancer': {'simple': 'RANDOM'}, 'trafficDistribution': 'Any',"
                    + "'localityLbSetting': {'distribute': [{'from': '*', 'to': {'eu/*': 100}}], 'failover': [{'from': 'eu', 'to': 'us'}]},"
                    + "'outlierDetection': {'consecutive5xxErrors': 1}, 'healthCheck': {'path': '/a'}, 'failoverMode': 'STRICT',"
                    + "'serviceAccount': 'spiffe://a.example/{service}', 'credentials': {'token': 'a'},"
                    + "'authorization': [{'action': 'DENY', 'rules': [{}]}], 'requestAuthentication': {'provider': 'a'},"
                    + "'tls': {'mode': 'SIMPLE', 'sni': 'a.example'}";

    @Test
    void what_says_nothing_changes_nothing() throws Exception {
        assertThat(Settings.NONE.over(settings(ALL))).isEqualTo(settings(ALL));
        assertThat(settings(ALL).over(Settings.NONE)).isEqualTo(settings(ALL));
    }

    @Test
    void what_says_everything_hides_everything() throws Exception {
        Settings other =
                settings("'timeouts': {'request': '10s', 'backendRequest': '20s', 'connect': '30s', 'idle': '40s'},"
                        + "'retry': {'attempts': 10}, 'retryConstraint': {'budget': {'percent': 10, 'interval': '60s'},"
                        + "'minRetryRate': {'count': 20, 'interval': '70s'}, 'shadow': false},"
                        + "'limits': {'maxRequests': 80, 'shadow': false},"
                        + "'circuitBreaker': {'shadow': true}, 'rateLimit': {'limitForPeriod': 6, 'limitRefreshPeriod': '2s'},"
                        + "'loadBalancer': {'simple': 'ROUND_ROBIN'}, 'trafficDistribution': 'PreferSameZone',"
                        + "'localityLbSetting': {'failoverPriority': ['a']}, 'tls': {'mode': 'DISABLE'},"
                        + "'outlierDetection': {'consecutive5xxErrors': 10, 'consecutiveGatewayErrors': 1,"
                        + "'consecutiveLocalOriginFailures': 1, 'successRateMinimumHosts': 1, 'successRateRequestVolume': 1,"
                        + "'successRateStdevFactor': 1, 'failurePercentageThreshold': 1, 'failurePercentageMinimumHosts': 1,"
                        + "'failurePercentageRequestVolume': 1, 'interval': '1s', 'baseEjectionTime': '1s',"
                        + "'maxEjectionTimeJitter': '1s', 'maxEjectionTime': '1s', 'maxEjectionPercent': 1, 'minHealthPercent': 1},"
                        + "'healthCheck': {'path': '/b'},"
                        + "'failoverMode': 'SPILL', 'serviceAccount': 'spiffe://b.example/b',"
                        + "'credentials': {'token': 'b', 'overwrite': true}, 'authorization': [],"
                        + "'requestAuthentication': {'provider': 'b'}");

        assertThat(other.over(settings(ALL))).isEqualTo(other);
    }

    @Test
    void timeouts_and_budget_merge_field_by_field() throws Exception {
        Settings merged = settings("'timeouts': {'connect': '30s'}, 'retryConstraint': {'minRetryRate': {'count': 20}}")
                .over(settings(ALL));

        assertThat(merged).isEqualTo(settings(ALL.replace("'3s'", "'30s'").replace("'count': 2", "'count': 20")));
    }

    @Test
    void a_section_is_enforced_again_where_shadow_is_false() throws Exception {
        Settings merged = settings("'limits': {'shadow': false}, 'retryConstraint': {'shadow': false}")
                .over(settings(ALL));

        assertThat(merged).isEqualTo(settings(ALL.replace("'shadow': true", "'shadow': false")));
    }

    @Test
    void what_is_said_of_localities_replaces_as_a_whole() throws Exception {
        Settings merged = settings("'localityLbSetting': {'failover': [{'from': 'eu', 'to': 'ap'}]}")
                .over(settings(ALL));

        assertThat(Objects.requireNonNull(merged.backend().localityLbSetting()).distribute())
                .isEmpty();
        assertThat(merged.backend().localityLbSetting().failover()).hasSize(1);
        assertThat(settings("'localityLbSetting': {}")
                        .over(settings(ALL))
                        .backend()
                        .localityLbSetting())
                .isEqualTo(LocalityLbSetting.NONE);
    }

    @Test
    void breaker_and_rate_limit_replace_as_a_whole() throws Exception {
        Settings merged = settings(
                        "'circuitBreaker': {}, 'rateLimit': {'limitForPeriod': 7, 'limitRefreshPeriod': '1m', 'shadow': true}")
                .over(settings(ALL));

        assertThat(merged.backend().circuitBreaker()).isEqualTo(CircuitBreakerPolicy.BUILT_IN);
        assertThat(merged.backend().rateLimit())
                .isEqualTo(new RateLimitPolicy(7, Duration.ofMinutes(1), Duration.ZERO, true));
    }

    @Test
    void retry_and_tls_replace_as_a_whole() throws Exception {
        Settings merged =
                settings("'retry': {'attempts': 3}, 'tls': {'mode': 'DISABLE'}").over(settings(ALL));

        assertThat(merged.route().retry())
                .isEqualTo(RetryPolicy.builder().attempts(3).build());
        assertThat(Objects.requireNonNull(merged.backend().tls()).sni()).isNull();
    }
}
