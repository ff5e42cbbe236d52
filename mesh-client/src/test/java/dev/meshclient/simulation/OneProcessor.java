package dev.meshclient.simulation;

import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps the JVM on one processor while a class of this package runs. Of the threads of virtual time one runs at a time, and to
 * wake the next one up on another processor takes longer than all else. Only where Linux has {@code taskset}; JUnit finds this
 * class as a service.
 */
public final class OneProcessor implements BeforeAllCallback, AfterAllCallback {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";
    private static final String ALL = allowed(); // before the first move

    @Override
    public void beforeAll(ExtensionContext context) {
        if (isSimulation(context) && !ALL.isEmpty()) {
            sizePools();
            List<Integer> processors = expanded(ALL);
            long fork = Long.getLong("mesh.fork", ProcessHandle.current().pid());
            moveTo(processors.get((int) (fork % processors.size())).toString());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (isSimulation(context) && !ALL.isEmpty()) {
            moveTo(ALL);
        }
    }

    /** The pools of the JVM are made for all processors, since other classes use them, too. */
    private static void sizePools() {
        ForkJoinPool.commonPool();
        if (ThreadKind.VIRTUAL.isAvailable()) {
            VirtualTime.continuous(ThreadKind.VIRTUAL, 1).run(() -> {});
        }
    }

    private static boolean isSimulation(ExtensionContext context) {
        Class<?> test = context.getRequiredTestClass();
        return test.getPackage() == OneProcessor.class.getPackage() && test.getEnclosingClass() == null;
    }

    private static String allowed() {
        if (!Files.isReadable(STATUS)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(ALLOWED))
                    .map(line -> line.substring(ALLOWED.length()).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /** Of a list such as {@code 0-3,8}. */
    private static List<Integer> expanded(String list) {
        return Stream.of(list.split(",", -1))
                .flatMapToInt(range -> {
                    String[] ends = range.split("-", -1);
                    return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
                })
                .boxed()
                .toList();
    }

    private static void moveTo(String processors) {
        String self = String.valueOf(ProcessHandle.current().pid());
        try {
            new ProcessBuilder("taskset", "-a", "-c", "-p", processors, self)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            // no taskset here: the simulations take longer
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
