package dev.meshclient.internal.time;

/** Step time that runs a task inside {@link #start}. */
public final class InlineTime extends StepTime {
    @Override
    public void start(String name, Runnable task) {
        task.run();
    }
}
