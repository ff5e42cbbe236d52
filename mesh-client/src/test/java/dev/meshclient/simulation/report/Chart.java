package dev.meshclient.simulation.report;

import java.util.List;

/**
 * A drawing of one or more panels over the same time, with one legend, as SVG. The background is transparent and all colours have a
 * contrast of at least 3 to 1 with GitHub's white and with its black, so that it needs no variant for dark pages. Whole pixels and
 * tenths only: no rounding that a JDK might do otherwise.
 *
 * @param title for readers that do not see it
 * @param seconds the length of the time axis
 * @param from the begin of the time that is shaded, in seconds
 * @param until its end; not after {@code from}: nothing is shaded
 */
public record Chart(String title, double seconds, double from, double until, List<Panel> panels) {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 250;
    private static final int CHARACTER = 7;
    private static final int ROW = 18;

    /**
     * One pair of axes.
     *
     * @param unit of the values
     */
    public record Panel(String title, String unit, boolean logarithmic, List<Line> lines) {}

    /**
     * One line.
     *
     * @param style of {@link Style}; equal names have equal styles
     * @param values one for each equal part of the time; NaN: none
     */
    public record Line(String name, Style style, List<Double> values) {}

    /** The whole file. */
    public String svg() {
        List<Line> legend = legend();
        int width = panels.size() * WIDTH;
        int entry = 48
                + CHARACTER
                        * legend.stream()
                                .mapToInt(line -> line.name().length())
                                .max()
                                .orElse(0);
        int inRow = Math.max(1, (width - 10) / entry);
        int rows = (legend.size() + inRow - 1) / inRow;
        int height = HEIGHT + rows * ROW + 8;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("\" width=\"")
                .append(width)
                .append("\" height=\"")
                .append(height)
                .append("\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\" fill=\"none\">\n<title>")
                .append(escaped(title))
                .append("</title>\n");
        for (int i = 0; i < panels.size(); i++) {
            svg.append("<g transform=\"translate(").append(i * WIDTH).append(" 0)\">\n");
            new Axes(this, panels.get(i), WIDTH, HEIGHT).draw(svg);
            svg.append("</g>\n");
        }
        for (int i = 0; i < legend.size(); i++) {
            entry(svg, legend.get(i), 10 + i % inRow * entry, HEIGHT + 10 + i / inRow * ROW);
        }
        return svg.append("</svg>\n").toString();
    }

    private List<Line> legend() {
        return panels.stream()
                .flatMap(p -> p.lines().stream())
                .filter(line -> panels.stream()
                                .flatMap(p -> p.lines().stream())
                                .filter(other -> other.style().equals(line.style()))
                                .findFirst()
                                .orElseThrow()
                        == line)
                .toList();
    }

    private static void entry(StringBuilder svg, Line line, int x, int y) {
        svg.append("<path d=\"M")
                .append(x)
                .append(' ')
                .append(y)
                .append("h26\" ")
                .append(line.style().attributes())
                .append("/><text x=\"")
                .append(x + 32)
                .append("\" y=\"")
                .append(y + 4)
                .append("\" fill=\"")
                .append(Style.TEXT)
                .append("\">")
                .append(escaped(line.name()))
                .append("</text>\n");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
