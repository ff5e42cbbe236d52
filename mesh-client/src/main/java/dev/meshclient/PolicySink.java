package dev.meshclient;

import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.pipeline.Applied;
import dev.meshclient.internal.pipeline.Router;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/** Puts in force what a source delivers, and tells the log: one line a document, and one a problem, each 10 min while it lasts. */
final class PolicySink implements PolicySource.Sink {
    private static final int SERVICES_TOLD = 10;
    private static final int SHOWN = 300;
    private static final int MESSAGE = 2000;
    private static final long TOLD_AGAIN_NANOS = 600_000_000_000L;

    private final Router router;
    private final Layer transport;
    private final Consumer<EndpointState> gone;
    private final Runnable applied;
    private final Time time;
    private final Logger log;
    private String lastTold = "";
    private long lastToldAt;

    /**
     * @param gone is told of endpoints that policy does not list any more
     * @param applied is run when a document is in force
     */
    PolicySink(Router router, Layer transport, Consumer<EndpointState> gone, Runnable applied, Time time, Logger log) {
        this.router = router;
        this.transport = transport;
        this.gone = gone;
        this.applied = applied;
        this.time = time;
        this.log = log;
    }

    @Override
    public synchronized void deliver(PolicyDocument document) throws IOException {
        String before = router.revision();
        Applied what = router.apply(document, transport, gone);
        applied.run();
        if (what != Applied.NOTHING_NEW) {
            lastTold = "";
            tell(document, before, what == Applied.SAME_VERSION);
        }
    }

    private void tell(PolicyDocument document, String before, boolean sameVersion) {
        MeshStatus now = router.status("");
        List<String> fields = document.unknownFields();
        String notes = told("refused and kept as before", now, MeshStatus.State.KEPT)
                + told("refused, and their calls fail", now, MeshStatus.State.REFUSED)
                + told("not listed, and kept for now", now, MeshStatus.State.ABSENT)
                + (fields.isEmpty()
                        ? ""
                        : "; ignored, since not known here: " + shortened(String.join(", ", fields), SHOWN))
                + (sameVersion ? "; an earlier document of this version said something else" : "");
        String line = "policy " + now.revision() + " is in force, before it " + (before.isEmpty() ? "none" : before)
                + ": " + of(now, MeshStatus.State.IN_FORCE).size() + " service(s)" + notes;
        if (notes.isEmpty()) {
            log.info("{}", line);
        } else {
            log.warn("{}", line);
        }
    }

    private static String told(String what, MeshStatus now, MeshStatus.State state) {
        Map<String, MeshStatus.Service> services = of(now, state);
        if (services.isEmpty()) {
            return "";
        }
        String told = services.entrySet().stream()
                .limit(SERVICES_TOLD)
                .map(e -> told(e.getKey(), e.getValue().problems()))
                .collect(Collectors.joining(", "));
        int more = services.size() - SERVICES_TOLD;
        return "; " + what + ": " + told + (more > 0 ? " and " + more + " more" : "");
    }

    private static Map<String, MeshStatus.Service> of(MeshStatus now, MeshStatus.State state) {
        return now.services().entrySet().stream()
                .filter(e -> e.getValue().state() == state)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    private static String told(String service, List<PolicyProblem> problems) {
        return problems.isEmpty()
                ? PolicyProblem.pathOf("services", service)
                : shortened(problems.get(0).toString(), SHOWN)
                        + (problems.size() > 1 ? " and " + (problems.size() - 1) + " more problem(s)" : "");
    }

    private static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }

    /** A refused document is somebody's mistake; anything else may pass by itself. */
    @Override
    public synchronized void failed(IOException problem) {
        router.problem(problem);
        // What wraps it names the next try, and so it differs each time.
        String same = String.valueOf(problem.getCause() == null ? problem : problem.getCause());
        if (same.equals(lastTold) && time.now() - lastToldAt < TOLD_AGAIN_NANOS) {
            return;
        }
        lastTold = same;
        lastToldAt = time.now();
        String said = problem.getMessage() == null ? problem.toString() : problem.getMessage();
        String message = shortened(said.replaceAll(":\\s*\n\\s*", ": ").replaceAll("\\s*\n\\s*", "; "), MESSAGE);
        String line = router.isReady() ? "policy " + router.revision() + " stays in force: " : "no policy yet: ";
        if (isRefusal(problem)) {
            log.error("{}{}", line, message);
        } else {
            log.warn("{}{}", line, message);
        }
    }

    private static boolean isRefusal(Throwable problem) {
        for (Throwable e = problem; e != null; e = e.getCause()) {
            if (e instanceof PolicyException) {
                return true;
            }
        }
        return false;
    }
}
