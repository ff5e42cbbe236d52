package dev.meshclient.spring.actuate;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** The name and the keys of {@code mesh.client.attempt}, as those of the mesh's own spans where these have them. */
final class AttemptConvention implements ObservationConvention<MeshAttemptContext> {
    static final String NAME = "mesh.client.attempt";
    static final AttemptConvention INSTANCE = new AttemptConvention();

    private AttemptConvention() {}

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof MeshAttemptContext;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(MeshAttemptContext context) {
        return "attempt " + context.attempt().call().service();
    }

    /** Names and words of the policy and the mesh. */
    @Override
    public KeyValues getLowCardinalityKeyValues(MeshAttemptContext context) {
        AttemptInfo attempt = context.attempt();
        CallInfo call = attempt.call();
        int status = attempt.status();
        return KeyValues.of(
                stated("mesh.service", call.service()),
                stated("mesh.route", call.rule()),
                stated("mesh.backend", call.backend()),
                stated("mesh.zone", attempt.zone()),
                KeyValue.of("mesh.kind", attempt.number() == 1 ? "first" : "retry"),
                KeyValue.of("mesh.outcome", attempt.outcomeName()),
                stated("http.response.status_code", status == 0 ? "" : Integer.toString(status)));
    }

    /** At the end alone: the texts are made for each call of this method. */
    @Override
    public KeyValues getHighCardinalityKeyValues(MeshAttemptContext context) {
        AttemptInfo attempt = context.attempt();
        if (attempt.outcomeName().equals("running")) {
            return KeyValues.empty();
        }
        return KeyValues.of(
                KeyValue.of("mesh.attempt", Integer.toString(attempt.number())),
                stated("network.peer.address", attempt.endpointName()),
                stated("mesh.pick", attempt.pickReason()),
                stated("mesh.retry", attempt.retryReason()),
                stated("mesh.reason", attempt.reason()),
                stated("mesh.policy", attempt.call().policy()));
    }

    private static KeyValue stated(String key, String value) {
        return KeyValue.of(key, value.isEmpty() ? KeyValue.NONE_VALUE : value);
    }
}
