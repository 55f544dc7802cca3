"""Charts as inline SVG, each drawn for a wide and a narrow screen, in colours that the page's style sets."""
