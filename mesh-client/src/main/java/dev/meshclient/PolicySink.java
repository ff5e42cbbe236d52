package dev.meshclient;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.pipeline.Applied;
import dev.meshclient.internal.pipeline.Status;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.registry.Provenance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Puts in force what a source delivers, and tells the log: one line a document, and one a problem, each 10 min while it lasts. */
final class PolicySink implements PolicySource.Sink {
    private static final int SERVICES_TOLD = 10;
    private static final int SHOWN = 300;
    private static final int MESSAGE = 2000;
    private static final long TOLD_AGAIN_NANOS = 600_000_000_000L;

    private final Router router;
    private final Consumer<EndpointHealth> gone;
    private final Runnable applied;
    private final Time time;
    private final Logger log;
    private String lastTold = "";
    private long lastToldAt;
    private @Nullable PolicyDocument delivered;
    private volatile Heard heard = new Heard(null, 0, null, 0, 0);

    /** What a source said last of what is in force, and what went wrong since; times are of the mesh's clock. */
    private record Heard(
            MeshStatus.@Nullable From from,
            long confirmedAt,
            @Nullable IOException problem,
            long problemAt,
            long failingSince) {
        Heard confirmed(MeshStatus.From where, long at) {
            return new Heard(where, at, null, 0, 0);
        }

        /** That a snapshot is in force does not make the source well. */
        Heard resumed(MeshStatus.From where, long at) {
            return new Heard(where, at, problem, problemAt, failingSince);
        }

        /** Another one of several sources goes on failing. */
        Heard failing(IOException said, long now) {
            return said.equals(problem) ? this : failed(said, now);
        }

        Heard failed(IOException said, long at) {
            return new Heard(from, confirmedAt, said, at, problem == null ? at : failingSince);
        }
    }

    /**
     * @param gone is told of endpoints that policy does not list any more
     * @param applied is run when a document is in force
     */
    PolicySink(Router router, Consumer<EndpointHealth> gone, Runnable applied, Time time, Logger log) {
        this.router = router;
        this.gone = gone;
        this.applied = applied;
        this.time = time;
        this.log = log;
    }

    /** By a source that does not say where it has it from: it has it now. */
    @Override
    public synchronized void deliver(PolicyDocument document) throws IOException {
        put(document, List.of(), List.of());
        heard = heard.confirmed(MeshStatus.From.LIVE, time.now());
    }

    @Override
    public synchronized void deliver(PolicyDocument document, Provenance provenance) throws IOException {
        put(document, provenance.order(), provenance.earlier());
        Duration age = Duration.between(provenance.confirmed(), time.wall().instant());
        long at = time.now() - (age.isNegative() ? 0 : Time.nanos(age));
        heard = switch (provenance.freshness()) {
            case LIVE ->
                provenance.failing() == null
                        ? heard.confirmed(MeshStatus.From.LIVE, at)
                        : heard.resumed(MeshStatus.From.LIVE, at).failing(provenance.failing(), time.now());
            case SNAPSHOT -> heard.resumed(MeshStatus.From.SNAPSHOT, at);
            case STALE -> heard.resumed(MeshStatus.From.STALE, at);
        };
    }

    private void put(PolicyDocument document, List<Metadata> versions, List<PolicyDocument> earlier)
            throws IOException {
        String before = router.revision();
        Applied what = router.apply(versions, earlier, document, gone);
        delivered = document;
        applied.run();
        if (what != Applied.NOTHING_NEW) {
            lastTold = "";
            tell(document, before, what == Applied.SAME_VERSION);
        }
    }

    @Override
    public synchronized void confirmed() {
        heard = heard.confirmed(MeshStatus.From.LIVE, time.now());
    }

    @Override
    public synchronized List<PolicySource.Kept> kept() {
        PolicyDocument last = delivered;
        if (last == null) {
            return List.of();
        }
        List<PolicySource.Kept> kept = new ArrayList<>();
        router.status("").services().forEach((name, service) -> {
            boolean asDelivered = service.state() == MeshStatus.State.REFUSED
                    || (service.state() == MeshStatus.State.IN_FORCE
                            && last.policy().services().containsKey(name));
            if (!asDelivered) {
                kept.add(new PolicySource.Kept(name, service.dropsIn()));
            }
        });
        return kept;
    }

    /** How things stand, and how it is with the source. */
    Status status(String source) {
        Heard last = heard;
        long now = time.now();
        return router.status(source)
                .with(
                        last.from == null
                                ? null
                                : new Status.FreshnessFacts(last.from, Duration.ofNanos(now - last.confirmedAt)),
                        last.problem == null ? null : problem(last.problem, last, now));
    }

    private static MeshStatus.Problem problem(IOException said, Heard last, long now) {
        List<PolicyProblem> refused = List.of();
        for (Throwable e = said; e != null && refused.isEmpty(); e = e.getCause()) {
            refused = e instanceof PolicyException p ? p.problems() : refused;
        }
        return new Status.ProblemFacts(
                said.getMessage() == null ? said.toString() : said.getMessage(),
                Duration.ofNanos(now - last.problemAt),
                Duration.ofNanos(now - last.failingSince),
                refused);
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
        heard = heard.failed(problem, time.now());
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
