package dev.meshclient.policy.json;

import dev.meshclient.policy.OutlierDetection;
import java.io.IOException;

/** Reads {@code outlierDetection}. */
final class OutlierDetectionReader {
    private static final ObjectReader<OutlierDetection.Builder> OUTLIER_DETECTION =
            ObjectReader.<OutlierDetection.Builder>ignoringOthers()
                    .field("consecutive5xxErrors", (in, o) -> o.consecutive5xxErrors(in.longInteger()))
                    .field("consecutiveGatewayErrors", (in, o) -> o.consecutiveGatewayErrors(in.longInteger()))
                    .field(
                            "consecutiveLocalOriginFailures",
                            (in, o) -> o.consecutiveLocalOriginFailures(in.longInteger()))
                    .field("successRateMinimumHosts", (in, o) -> o.successRateMinimumHosts(in.longInteger()))
                    .field("successRateRequestVolume", (in, o) -> o.successRateRequestVolume(in.longInteger()))
                    .field("successRateStdevFactor", (in, o) -> o.successRateStdevFactor(in.longInteger()))
                    .field("failurePercentageThreshold", (in, o) -> o.failurePercentageThreshold(in.integer()))
                    .field(
                            "failurePercentageMinimumHosts",
                            (in, o) -> o.failurePercentageMinimumHosts(in.longInteger()))
                    .field(
                            "failurePercentageRequestVolume",
                            (in, o) -> o.failurePercentageRequestVolume(in.longInteger()))
                    .field("interval", (in, o) -> o.interval(in.duration()))
                    .field("baseEjectionTime", (in, o) -> o.baseEjectionTime(in.duration()))
                    .field("maxEjectionTime", (in, o) -> o.maxEjectionTime(in.duration()))
                    .field("maxEjectionTimeJitter", (in, o) -> o.maxEjectionTimeJitter(in.duration()))
                    .field("maxEjectionPercent", (in, o) -> o.maxEjectionPercent(in.integer()))
                    .field("minHealthPercent", (in, o) -> o.minHealthPercent(in.integer()))
                    .field("shadow", (in, d) -> d.shadow(in.flag()));

    private OutlierDetectionReader() {}

    static OutlierDetection read(JsonCursor in) throws IOException {
        return OUTLIER_DETECTION.read(in, OutlierDetection.builder()).build();
    }
}
