package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadReportTest {
    private static final List<String> QUEUE = List.of("named_metrics.queue", "utilization.disk", "mem_utilization");

    /** Computed by hand: requests a second / (utilization + failed / requests * penalty). */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "TEXT cpu_utilization=0.5,rps_fractional=100 | 1 | 200",
                "TEXT application_utilization=0.8, cpu_utilization=0.5, rps_fractional=100 | 1 | 125",
                "TEXT application_utilization=0,cpu_utilization=0.5,rps_fractional=100 | 1 | 200",
                "TEXT cpu_utilization=0.5,rps_fractional=100,eps=10 | 1 | 166.66666667",
                "TEXT cpu_utilization=0.5,rps_fractional=100,eps=10 | 0 | 200",
                "TEXT cpu_utilization=0.5,rps_fractional=100,eps=10 | 5 | 100",
                "TEXT cpu_utilization=0.5,rps_fractional=100,eps=100 | 1 | 66.66666667",
                "TEXT cpu_utilization=0.5,rps=40 | 1 | 80",
                "TEXT cpu_utilization=0.5,rps=40,rps_fractional=100 | 1 | 200",
                "TEXT cpu_utilization=1.5,rps_fractional=30,mem_utilization=0.1 | 1 | 20",
                "JSON {\"cpu_utilization\": 0.5, \"rps_fractional\": 100, \"eps\": 10} | 1 | 166.66666667",
                "JSON {\"cpuUtilization\": 0.5, \"rpsFractional\": 1e2} | 1 | 200",
                "JSON {\"applicationUtilization\": 0.25, \"rps\": \"50\", \"namedMetrics\": {\"queue\": 0.9}} | 1 | 200",
                "JSON {} | 1 | 0",
                "TEXT cpu_utilization=0.5 | 1 | 0",
                "TEXT rps_fractional=100 | 1 | 0",
                "TEXT cpu_utilization=0.5,rps_fractional=0,eps=3 | 1 | 0",
                "TEXT something_new=3,cpu_utilization=0.5,rps_fractional=100 | 1 | 200",
            })
    void the_weight_is_that_of_the_formula(String header, double penalty, double weight) throws Exception {
        assertThat(LoadReport.of(header, List.of()).weight(penalty)).isCloseTo(weight, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "TEXT named_metrics.queue=0.4,cpu_utilization=0.1,rps_fractional=100 | 250",
                "TEXT named_metrics.queue=0.4,utilization.disk=0.8,cpu_utilization=0.1,rps_fractional=100 | 125",
                "TEXT application_utilization=0.2,named_metrics.queue=0.4,rps_fractional=100 | 500",
                "TEXT named_metrics.other=0.4,cpu_utilization=0.1,rps_fractional=100 | 1000",
                "JSON {\"namedMetrics\": {\"queue\": 0.4}, \"mem_utilization\": 0.5, \"rps_fractional\": 100} | 200",
            })
    void stated_metrics_come_after_the_application_and_before_the_processor(String header, double weight)
            throws Exception {
        assertThat(LoadReport.of(header, QUEUE).weight(1)).isCloseTo(weight, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TEXT cpu_utilization=0.5,rps_fractional=100,named_metrics.delta=-1",
                "TEXT cpu_utilization=0.5,rps_fractional=100,mem_utilization=NaN,other=",
                "JSON {\"cpu_utilization\": 0.5, \"version\": \"v1\", \"rps_fractional\": 100}",
                "JSON {\"cpu_utilization\": 0.5, \"busy\": true, \"none\": null, \"rps_fractional\": 100}",
                "JSON {\"cpu_utilization\": 0.5, \"costs\": [1, {\"rps\": 7}, [2]], \"rps_fractional\": 100}",
                "JSON {\"named_metrics\": {\"a\": {\"b\": 1}, \"c\": [-1]}, \"cpu_utilization\": 0.5, \"rps_fractional\": 100}",
            })
    void a_metric_that_is_not_used_may_have_any_value(String header) throws Exception {
        assertThat(LoadReport.of(header, List.of()).weight(1)).isCloseTo(200, within(1e-6));
    }

    @Test
    void a_stated_metric_has_a_number() {
        for (String value : List.of("-1", "NaN", "")) {
            String header = "TEXT cpu_utilization=0.5,rps_fractional=100,named_metrics.queue=" + value;
            assertThatThrownBy(() -> LoadReport.of(header, QUEUE)).isInstanceOf(LoadReport.Malformed.class);
        }
        assertThatThrownBy(() -> LoadReport.of("JSON {\"named_metrics\": {\"queue\": {\"b\": 1}}}", QUEUE))
                .isInstanceOf(LoadReport.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "TEXT",
                "TEXT ",
                "TEXT cpu_utilization",
                "TEXT cpu_utilization=",
                "TEXT cpu_utilization=0.5,",
                "TEXT cpu_utilization=-0.5",
                "TEXT cpu_utilization=NaN",
                "TEXT cpu_utilization=Infinity",
                "TEXT cpu_utilization=1e999",
                "JSON",
                "JSON []",
                "JSON {\"cpu_utilization\": 0.5",
                "JSON {\"cpu_utilization\": [0.5]}",
                "JSON {\"cpu_utilization\": null}",
                "JSON {\"cpu_utilization\": {\"a\": [1}",
                "JSON {\"costs\": [1, 2",
                "BIN CQAAAAAAAOA/",
                "cpu_utilization=0.5",
                "text cpu_utilization=0.5"
            })
    void what_is_no_report_is_malformed(String header) {
        assertThatThrownBy(() -> LoadReport.of(header, List.of())).isInstanceOf(LoadReport.Malformed.class);
    }

    @Test
    void a_header_of_any_length_is_not_read() {
        String header = "TEXT cpu_utilization=0.5" + ",a=1".repeat(3000);
        assertThatThrownBy(() -> LoadReport.of(header, List.of())).hasMessage("it has 12024 characters");
    }
}
