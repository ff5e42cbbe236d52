package dev.meshclient.internal.entry;

import dev.meshclient.Decision;
import dev.meshclient.NoRoute;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallDecision;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.pipeline.HostPattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Failures of calls to a host of the mesh for which no policy has layers. */
final class UnroutedFailures {
    static final String AT_START = "of the start";
    static final String OF_HOST = "of the first call to it";
    static final String BY_CALLER = "the whole timeout of the caller";

    private UnroutedFailures() {}

    static PolicyUnavailable closed(Call call, String revision) {
        return Failures.make()
                .policyUnavailable(
                        "the mesh was closed before the call to '"
                                + call.request().url().host() + "' began",
                        "make calls before Mesh.close()",
                        decision(call, revision));
    }

    /** @param asked whether this host was requested from the source */
    static NoRoute unlisted(Call call, String revision, boolean asked) {
        HttpUrl url = call.request().url();
        return Failures.make()
                .noRoute(
                        "no service of the policy lists " + HostPattern.spelled(url.host()) + ":" + url.port()
                                + (asked ? ", although its source was asked for it" : "")
                                + ", and calls to it may not bypass the mesh",
                        "add it to services.*.hosts, or do not claim it (Mesh.Builder.claim, outboundTrafficPolicy; in Spring"
                                + " Boot @MeshClient, mesh.claims, mesh.outbound-traffic-policy)",
                        decision(call, revision));
    }

    static PolicyUnavailable tooMany(Call call, String revision) {
        return Failures.make()
                .policyUnavailable(
                        "no policy for '" + call.request().url().host() + "': its source is asked for "
                                + HostInterest.MOST + " other hosts already, and that is the limit",
                        "take the whole document (PolicySource.http without onDemand(), in Spring Boot"
                                + " mesh.registry.on-demand=false), or make these calls from several meshes",
                        decision(call, revision));
    }

    /** @param cause the source's last problem; null: none */
    static PolicyUnavailable tooLate(Call call, String revision, long nanos, String ofWhat, @Nullable Throwable cause) {
        String host = call.request().url().host();
        PolicyUnavailable e = Failures.make()
                .policyUnavailable(
                        "no policy for '" + host + "' within " + nanos / 1_000_000 + " ms"
                                + (ofWhat.equals(BY_CALLER) ? ", " : " ") + ofWhat
                                + (revision.isEmpty()
                                        ? ""
                                        : ": policy " + revision + " does not cover it (metadata.scope)"),
                        cause == null
                                ? "see whether the policy source answers: it reports no problem"
                                : "see whether the policy source answers (the cause is its last problem)",
                        decision(call, revision));
        if (cause != null) {
            e.initCause(cause);
        }
        return e;
    }

    private static Decision decision(Call call, String revision) {
        return new CallDecision(revision, "", "", "", call.decision().attempts(), "");
    }
}
