package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Explanation;
import dev.meshclient.Explanation.Source;
import dev.meshclient.test.TestMesh;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An explanation names the part of the document that states a setting, for each setting. */
class SettingSourcesTest {
    private static final String CALLED_BY_SHOP = "'shop': {'hosts': ['shop'], %s"
            + "'endpoints': [], 'rules': [{'name': 'all', 'backendRefs': [{'name': 'orders'}]}]}";

    /** All settings, and the source of each, that a call to the URL has. */
    private static Map<String, Source> sources(String defaults, String orders, String shop, String url) {
        String document = Documents.mesh("m")
                .with("'trustDomain': 'dev.example', 'defaults': {" + defaults + "}")
                .services(Documents.service("orders").endpoint(80).with(orders))
                .services(CALLED_BY_SHOP.formatted(shop))
                .json();
        try (TestMesh mesh = TestMesh.of(document, builder -> builder)) {
            Explanation explained =
                    mesh.mesh().explain(new Request.Builder().url(url).build());
            Map<String, Source> sources = new TreeMap<>();
            Objects.requireNonNull(explained.rule())
                    .backends()
                    .get(0)
                    .settings()
                    .forEach(setting -> sources.put(setting.name(), setting.source()));
            return sources;
        }
    }

    private static List<String> of(Source source, Map<String, Source> sources) {
        List<String> names = new ArrayList<>(sources.keySet());
        names.removeIf(name -> sources.get(name) != source);
        return names;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "timeouts.request | 'timeouts': {'request': '3s'}",
                "timeouts.backendRequest | 'timeouts': {'backendRequest': '1s'}",
                "timeouts.shadow | 'timeouts': {'shadow': false}",
                "timeouts.connect | 'timeouts': {'connect': '2s'}",
                "timeouts.idle | 'timeouts': {'idle': '2m'}",
                "retry | 'retry': {'attempts': 1}",
                "retryConstraint.budget.percent | 'retryConstraint': {'budget': {'percent': 30}}",
                "retryConstraint.budget.interval | 'retryConstraint': {'budget': {'interval': '5s'}}",
                "retryConstraint.minRetryRate.count | 'retryConstraint': {'minRetryRate': {'count': 7}}",
                "retryConstraint.minRetryRate.interval | 'retryConstraint': {'minRetryRate': {'interval': '2s'}}",
                "retryConstraint.shadow | 'retryConstraint': {'shadow': true}",
                "limits.maxRequests | 'limits': {'maxRequests': 7}",
                "limits.maxPendingRequests | 'limits': {'maxPendingRequests': 7}",
                "limits.maxRequestsPerEndpoint | 'limits': {'maxRequestsPerEndpoint': 7}",
                "limits.maxConnectionsPerEndpoint | 'limits': {'maxConnectionsPerEndpoint': 7}",
                "limits.maxRetries | 'limits': {'maxRetries': 7}",
                "limits.adaptive | 'limits': {'adaptive': true}",
                "limits.shadow | 'limits': {'shadow': false}",
                "circuitBreaker | 'circuitBreaker': {'slidingWindowSize': 20}",
                "rateLimit | 'rateLimit': {'limitForPeriod': 5, 'limitRefreshPeriod': '1s'}",
                "outlierDetection.consecutive5xxErrors | 'outlierDetection': {'consecutive5xxErrors': 3}",
                "outlierDetection.consecutiveGatewayErrors | 'outlierDetection': {'consecutiveGatewayErrors': 3}",
                "outlierDetection.consecutiveLocalOriginFailures | 'outlierDetection': {'consecutiveLocalOriginFailures': 3}",
                "outlierDetection.successRateMinimumHosts | 'outlierDetection': {'successRateMinimumHosts': 3}",
                "outlierDetection.successRateRequestVolume | 'outlierDetection': {'successRateRequestVolume': 7}",
                "outlierDetection.successRateStdevFactor | 'outlierDetection': {'successRateStdevFactor': 0}",
                "outlierDetection.failurePercentageThreshold | 'outlierDetection': {'failurePercentageThreshold': 85}",
                "outlierDetection.failurePercentageMinimumHosts | 'outlierDetection': {'failurePercentageMinimumHosts': 3}",
                "outlierDetection.failurePercentageRequestVolume | 'outlierDetection': {'failurePercentageRequestVolume': 7}",
                "outlierDetection.interval | 'outlierDetection': {'interval': '11s'}",
                "outlierDetection.baseEjectionTime | 'outlierDetection': {'baseEjectionTime': '31s'}",
                "outlierDetection.maxEjectionTime | 'outlierDetection': {'maxEjectionTime': '400s'}",
                "outlierDetection.maxEjectionTimeJitter | 'outlierDetection': {'maxEjectionTimeJitter': '1s'}",
                "outlierDetection.maxEjectionPercent | 'outlierDetection': {'maxEjectionPercent': 60}",
                "outlierDetection.minHealthPercent | 'outlierDetection': {'minHealthPercent': 40}",
                "outlierDetection.shadow | 'outlierDetection': {'shadow': false}",
                "healthCheck | 'healthCheck': {'path': '/healthz'}",
                "loadBalancer | 'loadBalancer': {'simple': 'RANDOM'}",
                "trafficDistribution | 'trafficDistribution': 'Any'",
                "localityLbSetting | 'localityLbSetting': {'failover': [{'from': 'eu', 'to': 'us'}]}",
                "failoverMode | 'failoverMode': 'STRICT'",
                "tls | 'tls': {'mode': 'SIMPLE'}",
                "serviceAccount | 'serviceAccount': 'ns/prod/sa/orders'",
                "authorization | 'authorization': [{'name': 'shut', 'action': 'DENY', 'rules': [{}]}]",
            })
    void a_setting_alone_is_found_where_it_is_stated(String field, String stated) {
        Map<String, Source> ofService = sources("", stated, "", "http://orders/");
        assertThat(ofService.keySet()).containsExactlyInAnyOrderElementsOf(SettingSources.fields());
        assertThat(of(Source.SERVICE, ofService)).containsExactly(field);
        assertThat(of(Source.BUILT_IN, ofService)).hasSize(ofService.size() - 1);

        boolean ofRule = field.equals("retry") || field.endsWith("equest") || field.equals("timeouts.shadow");
        assertThat(of(Source.SERVICE, sources("", stated, "", "http://shop/")))
                .isEqualTo(ofRule ? List.of() : List.of(field));
        assertThat(of(Source.SERVICE, sources("", "", stated + ", ", "http://shop/")))
                .isEqualTo(ofRule ? List.of(field) : List.of());
    }

    @Test
    void an_account_of_the_defaults_is_theirs_and_the_same_of_a_subset_is_its_own() {
        String account = "'serviceAccount': 'ns/prod/sa/{service}'";
        assertThat(sources(account, "", "", "http://orders/")).containsEntry("serviceAccount", Source.DEFAULTS);
        String subset =
                "'subsets': [{'name': 'v1', 'labels': {'version': 'v1'}, 'serviceAccount': 'ns/prod/sa/orders'}],"
                        + " 'rules': [{'name': 'all', 'backendRefs': [{'name': 'orders', 'subset': 'v1'}]}]";
        assertThat(sources(account, subset, "", "http://orders/")).containsEntry("serviceAccount", Source.SUBSET);
    }
}
