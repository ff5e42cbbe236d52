package dev.meshclient.internal.time;

/** Step time that runs tasks inside {@link #start}, and has no thread for some of them. */
public final class ThreadlessTime extends StepTime {
    private int refusals;

    /** Refuses the next tasks. */
    public void refuse(int tasks) {
        refusals = tasks;
    }

    @Override
    public void start(String name, Runnable task) {
        if (refusals > 0) {
            refusals--;
            throw new InternalError("no thread, made for the test"); // JUnit would end at an OutOfMemoryError
        }
        task.run();
    }
}
