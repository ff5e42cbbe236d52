package dev.meshclient.simulation.report;

/** The axes and lines of one panel. */
final class Axes {
    private static final int LEFT = 46;
    private static final int RIGHT = 16;
    private static final int TOP = 28;
    private static final int BOTTOM = 34;
    private static final int[] STEPS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000};
    private static final int MOST_STEPS = 5;

    private final Chart chart;
    private final Chart.Panel panel;
    private final int width;
    private final int height;
    private final double low;
    private final double high;
    private final double step;

    Axes(Chart chart, Chart.Panel panel, int width, int height) {
        this.chart = chart;
        this.panel = panel;
        this.width = width - LEFT - RIGHT;
        this.height = height - TOP - BOTTOM;
        double most = extreme(false); // of all panels with the unit, so that they can be compared
        if (panel.logarithmic()) {
            this.low = StrictMath.floor(StrictMath.log10(Math.max(1, extreme(true))));
            this.high = Math.max(low + 1, StrictMath.ceil(StrictMath.log10(Math.max(1, most))));
            this.step = 1;
        } else {
            this.low = 0;
            this.step = step(most);
            this.high = Math.max(step, step * StrictMath.ceil(most / step));
        }
    }

    private static double step(double most) {
        for (int candidate : STEPS) {
            if (candidate * MOST_STEPS >= most) {
                return candidate;
            }
        }
        return most;
    }

    private double extreme(boolean least) {
        var values = chart.panels().stream()
                .filter(other -> other.unit().equals(panel.unit()))
                .flatMap(other -> other.lines().stream())
                .flatMapToDouble(line -> line.values().stream().mapToDouble(Double::doubleValue))
                .filter(value -> !Double.isNaN(value));
        return (least ? values.min() : values.max()).orElse(1);
    }

    void draw(StringBuilder svg) {
        text(svg, LEFT, 14, "start", panel.title() + ", " + panel.unit());
        if (chart.until() > chart.from()) {
            svg.append("<rect x=\"")
                    .append(tenths(x(chart.from())))
                    .append("\" y=\"")
                    .append(TOP)
                    .append("\" width=\"")
                    .append(tenths(x(chart.until()) - x(chart.from())))
                    .append("\" height=\"")
                    .append(height)
                    .append("\" fill=\"" + Style.TEXT + "\" fill-opacity=\"0.13\"/>\n");
        }
        for (double value = low; value <= high; value += step) {
            rule(svg, value);
        }
        double seconds = step(chart.seconds());
        for (double at = 0; at <= chart.seconds(); at += seconds) {
            text(svg, x(at), TOP + height + 15, "middle", whole(at) + " s");
        }
        panel.lines().forEach(line -> line(svg, line));
    }

    private void rule(StringBuilder svg, double value) {
        double y = TOP + height - (value - low) / (high - low) * height;
        svg.append("<path d=\"M" + LEFT + " ")
                .append(tenths(y))
                .append('h')
                .append(width)
                .append("\" stroke=\"" + Style.TEXT + "\" stroke-opacity=\"")
                .append(value == low ? "1" : "0.3")
                .append("\"/>\n");
        text(svg, LEFT - 5, y + 4, "end", whole(panel.logarithmic() ? StrictMath.pow(10, value) : value));
    }

    private void line(StringBuilder svg, Chart.Line line) {
        svg.append("<path ").append(line.style().attributes()).append(" d=\"");
        boolean drawn = false;
        for (int i = 0; i < line.values().size(); i++) {
            double value = line.values().get(i);
            if (Double.isNaN(value)) {
                drawn = false;
                continue;
            }
            svg.append(drawn ? 'L' : 'M')
                    .append(tenths(x((i + 0.5) * chart.seconds() / line.values().size())))
                    .append(' ')
                    .append(tenths(y(value)));
            drawn = true;
        }
        svg.append("\"/>\n");
    }

    private double x(double seconds) {
        return LEFT + seconds / chart.seconds() * width;
    }

    private double y(double value) {
        double at = panel.logarithmic() ? StrictMath.log10(Math.max(1, value)) : value;
        return TOP + height - (at - low) / (high - low) * height;
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append("<text x=\"")
                .append(tenths(x))
                .append("\" y=\"")
                .append(tenths(y))
                .append("\" text-anchor=\"")
                .append(anchor)
                .append("\" fill=\"" + Style.TEXT + "\">")
                .append(Chart.escaped(text))
                .append("</text>\n");
    }

    private static String whole(double value) {
        return String.valueOf(Math.round(value));
    }

    private static String tenths(double value) {
        long tenths = Math.round(10 * value);
        return tenths % 10 == 0 ? String.valueOf(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }
}
