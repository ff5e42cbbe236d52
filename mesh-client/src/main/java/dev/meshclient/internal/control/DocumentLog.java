package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.text.ExceptionText;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Logs documents: one line for each that is in force, and one for each problem, repeated every 10 min while it lasts. */
final class DocumentLog {
    private static final int SERVICES_SHOWN = 10;
    private static final int SHOWN = 300;
    private static final int MESSAGE = 2000;
    private static final long AGAIN_NANOS = 600_000_000_000L;

    private final Logger log;
    private final LogThrottle problems = new LogThrottle(AGAIN_NANOS);

    DocumentLog(Logger log) {
        this.log = log;
    }

    /** @param before the revision that was in force; empty: none */
    void inForce(PolicyDocument document, AppliedPolicy now, String before, boolean sameVersion) {
        problems.reset();
        List<String> fields = document.unknownFields();
        Function<String, String> problemsOf = name -> problems(name, now);
        String notes = services("refused and kept as before", now.kept(), problemsOf)
                + services("refused, and their calls fail", now.refusedOnly(), problemsOf)
                + services("not listed, and kept for now", now.absent(), problemsOf)
                + (fields.isEmpty()
                        ? ""
                        : "; ignored, since not known here: " + shortened(String.join(", ", fields), MESSAGE))
                + (sameVersion ? "; an earlier document of this version had other content" : "");
        int asDelivered =
                now.services().size() - now.kept().size() - now.absent().size();
        String line = "policy " + now.revision() + " is in force, before it " + (before.isEmpty() ? "none" : before)
                + ": " + asDelivered + " service(s)" + notes;
        if (notes.isEmpty()) {
            log.info("{}", line);
        } else {
            log.warn("{}", line);
        }
    }

    private static String services(String what, Collection<String> names, Function<String, String> problems) {
        if (names.isEmpty()) {
            return "";
        }
        String shown = new TreeSet<>(names)
                .stream().limit(SERVICES_SHOWN).map(problems).collect(Collectors.joining(", "));
        int more = names.size() - SERVICES_SHOWN;
        return "; " + what + ": " + shown + (more > 0 ? " and " + more + " more" : "");
    }

    private static String problems(String service, AppliedPolicy now) {
        RefusedService refused = now.refused().get(service);
        List<PolicyProblem> problems = refused == null ? List.of() : refused.problems();
        return problems.isEmpty()
                ? PolicyProblem.pathOf("services", service)
                : shortened(problems.get(0).toString(), SHOWN)
                        + (problems.size() > 1 ? " and " + (problems.size() - 1) + " more problem(s)" : "");
    }

    private static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }

    /**
     * A refused document is an author's mistake and logged as an error; other problems may be temporary.
     *
     * @param revision the revision in force; empty: none yet
     */
    void failed(IOException problem, String revision, long now) {
        // The wrapping message names the next try, so it differs each time.
        if (!problems.allows(String.valueOf(problem.getCause() == null ? problem : problem.getCause()), now)) {
            return;
        }
        String message = shortened(onOneLine(ExceptionText.of(problem)), MESSAGE);
        String line = revision.isEmpty() ? "no policy yet: " : "policy " + revision + " stays in force: ";
        if (refusal(problem) != null) {
            log.error("{}{}", line, message);
        } else {
            log.warn("{}{}", line, message);
        }
    }

    /** Joins the lines, those below a heading with a colon as its text; in one pass, since the text may be hostile. */
    private static String onOneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.lines().map(String::strip).filter(part -> !part.isEmpty()).forEach(part -> line.append(
                        line.isEmpty() ? "" : line.charAt(line.length() - 1) == ':' ? " " : "; ")
                .append(part));
        return line.toString();
    }

    /** Null: the problem is not the content of a document. */
    static @Nullable PolicyException refusal(Throwable problem) {
        for (Throwable e = problem; e != null; e = e.getCause()) {
            if (e instanceof PolicyException refusal) {
                return refusal;
            }
        }
        return null;
    }
}
