package dev.meshclient.internal.time;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Says in words what a run of virtual time left behind. */
final class Report {
    private Report() {}

    static String millis(long nanos) {
        return "t=" + nanos / 1_000_000 + " ms";
    }

    /** The tasks that wait, with their stacks. */
    static String of(Collection<Worker> workers) {
        StringBuilder text = new StringBuilder();
        for (Worker worker : workers) {
            text.append("\n  task '")
                    .append(worker.name)
                    .append("' waits for '")
                    .append(worker.waitsFor)
                    .append("' since ")
                    .append(millis(worker.waitsSince))
                    .append(stack(worker.thread(), false));
        }
        return text.toString();
    }

    /** The timers that are armed, and the tasks that did not begin. */
    static String of(List<Event> events) {
        StringBuilder text = new StringBuilder();
        for (Event event : events) {
            if (event.kind != Event.Kind.WAKE) {
                text.append(event.kind == Event.Kind.TIMER ? "\n  timer '" : "\n  task '")
                        .append(event.name)
                        .append("' of '")
                        .append(event.origin)
                        .append("', made at ")
                        .append(millis(event.madeAt))
                        .append(", due at ")
                        .append(millis(event.at));
            }
        }
        return text.toString();
    }

    /** @param whole with the lines of the JDK and of virtual time itself */
    static String stack(Thread thread, boolean whole) {
        StringBuilder text = new StringBuilder();
        Arrays.stream(thread.getStackTrace()).filter(e -> whole || isOfTask(e)).forEach(e -> text.append("\n      at ")
                .append(e));
        return text.toString();
    }

    private static boolean isOfTask(StackTraceElement line) {
        String type = line.getClassName();
        return !type.startsWith("java.")
                && !type.startsWith("jdk.")
                && !type.equals(Scheduler.class.getName())
                && !type.equals(Worker.class.getName())
                && !type.equals(VirtualSignal.class.getName());
    }
}
