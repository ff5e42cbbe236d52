package dev.meshclient.internal.balance;

/** The steps of a choice, one bit for each, and the index of the level that it is made from. */
class Steps {
    private static final int LEVEL_SHIFT = 16; // the index of the level is in the upper half

    private int bits;

    /** Records a step. */
    final void did(Picked.Step step) {
        bits |= step.bit();
    }

    /** The algorithm draws an endpoint, in place of any before. */
    final void drawn() {
        bits &= ~(Picked.Step.AT_RANDOM.bit() | Picked.Step.ELSEWHERE.bit());
    }

    /** Whether the shares of zones and priorities chose the place of the endpoint. */
    final boolean isByShare() {
        return !has(Picked.Step.KEY) && !has(Picked.Step.ELSEWHERE) && !has(Picked.Step.NOT_RETURNED);
    }

    final boolean has(Picked.Step step) {
        return (bits & step.bit()) != 0;
    }

    /** Records the level of the plan that the endpoint is chosen from. */
    final void level(int index) {
        bits = (bits & ((1 << LEVEL_SHIFT) - 1)) | index << LEVEL_SHIFT;
    }

    /** The level of the plan that the endpoint is chosen from. */
    final int level() {
        return bits >>> LEVEL_SHIFT;
    }
}
