//! Where the boxes of a picture stand: columns by layer, an order within each with few crossings, and places that keep
//! lines short (Sugiyama's method).

use super::Graph;

/// How often the order is improved from left to right and back.
const SWEEPS: usize = 12;
/// With more points on lines, long lines go straight.
const MOST_BENDS: usize = 20_000;
/// Room between neighbours of a column; between lines that pass by.
const GAP: f64 = 18.0;
const LINE_GAP: f64 = 8.0;

/// A picture's geometry: the place of each box's middle, and the points of each edge, from the dependent on.
pub(super) struct Layout {
    /// The middle of each box on the vertical axis.
    pub y: Vec<f64>,
    /// The column of each box, from the left.
    pub column: Vec<usize>,
    /// For each edge, the columns and heights at which it passes between other boxes.
    pub bends: Vec<Vec<(usize, f64)>>,
}

/// A place in a column: a box, or a point of a line that passes by.
struct Cell {
    column: usize,
    height: f64,
    /// Neighbours in the columns before and behind.
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Cell {
    fn is_alone(&self) -> bool {
        self.left.is_empty() && self.right.is_empty()
    }
}

/// Lays out boxes of the given heights; an edge leads from a dependent to its dependency.
pub(super) fn lay_out(graph: &Graph, edges: &[(usize, usize)], heights: &[f64]) -> Layout {
    let mut cells: Vec<Cell> = (0..graph.len())
        .map(|i| Cell { column: graph.layer(i), height: heights[i], left: Vec::new(), right: Vec::new() })
        .collect();
    let bends = connect(&mut cells, edges);
    let columns = ordered(&cells);
    let y = places(&cells, &columns);
    let bends = bends.iter().map(|path| path.iter().map(|c| (cells[*c].column, y[*c])).collect()).collect();
    Layout { y: y[..graph.len()].to_vec(), column: (0..graph.len()).map(|i| graph.layer(i)).collect(), bends }
}

/// Links the cells of each edge, with a cell for each column that it passes; these come with it.
fn connect(cells: &mut Vec<Cell>, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let passed: usize = edges.iter().map(|(a, b)| cells[*a].column - cells[*b].column - 1).sum();
    let straight = passed > MOST_BENDS;
    let mut bends = Vec::with_capacity(edges.len());
    for (from, to) in edges {
        let mut path = Vec::new();
        let mut last = *from;
        let (high, low) = (cells[*from].column, cells[*to].column);
        for column in (low + 1..high).rev().filter(|_| !straight) {
            let next = cells.len();
            cells.push(Cell { column, height: 0.0, left: Vec::new(), right: vec![last] });
            cells[last].left.push(next);
            path.push(next);
            last = next;
        }
        cells[last].left.push(*to);
        cells[*to].right.push(last);
        bends.push(path);
    }
    bends
}

/// The cells of each column from top to bottom; of all orders that were tried the one with the fewest crossings.
fn ordered(cells: &[Cell]) -> Vec<Vec<usize>> {
    let mut columns = vec![Vec::new(); cells.iter().map(|c| c.column + 1).max().unwrap_or(0)];
    // What stands alone comes last, below the lines.
    for alone in [false, true] {
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.is_alone() == alone) {
            columns[cell.column].push(at);
        }
    }
    let mut place = vec![0; cells.len()];
    columns.iter().for_each(|column| number(column, &mut place));
    let (mut best, mut fewest) = (columns.clone(), crossings(cells, &columns, &place));
    for sweep in 0..SWEEPS {
        let rightwards = sweep % 2 == 0;
        let mut indices: Vec<usize> = (0..columns.len()).collect();
        if !rightwards {
            indices.reverse();
        }
        for at in indices {
            let mean = |cell: usize| {
                let near = if rightwards { &cells[cell].left } else { &cells[cell].right };
                let sum: usize = near.iter().map(|n| place[*n]).sum();
                match near.len() {
                    0 if cells[cell].is_alone() => f64::INFINITY,
                    0 => place[cell] as f64,
                    count => sum as f64 / count as f64,
                }
            };
            let mut keyed: Vec<(f64, usize)> = columns[at].iter().map(|cell| (mean(*cell), *cell)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            columns[at] = keyed.into_iter().map(|(_, cell)| cell).collect();
            number(&columns[at], &mut place);
        }
        let now = crossings(cells, &columns, &place);
        if now < fewest {
            (best, fewest) = (columns.clone(), now);
        }
    }
    best
}

fn number(column: &[usize], place: &mut [usize]) {
    for (at, cell) in column.iter().enumerate() {
        place[*cell] = at;
    }
}

/// How many pairs of lines cross: inversions between neighbouring columns, counted with a tree of sums.
fn crossings(cells: &[Cell], columns: &[Vec<usize>], place: &[usize]) -> u64 {
    let mut total = 0;
    for pair in columns.windows(2) {
        let mut sums = vec![0u64; pair[0].len() + 1];
        let mut seen = 0;
        for cell in &pair[1] {
            let mut ends: Vec<usize> = cells[*cell].left.iter().map(|n| place[*n]).collect();
            ends.sort_unstable();
            total += ends.iter().map(|end| seen - below(&sums, end + 1)).sum::<u64>();
            ends.iter().for_each(|end| add(&mut sums, end + 1));
            seen += ends.len() as u64;
        }
    }
    total
}

fn below(sums: &[u64], mut at: usize) -> u64 {
    let mut sum = 0;
    while at > 0 {
        sum += sums[at];
        at &= at - 1;
    }
    sum
}

fn add(sums: &mut [u64], mut at: usize) {
    while at < sums.len() {
        sums[at] += 1;
        at += at & at.wrapping_neg();
    }
}

/// The height of each cell's middle: near its neighbours, in the order of its column.
fn places(cells: &[Cell], columns: &[Vec<usize>]) -> Vec<f64> {
    let mut y = vec![0.0; cells.len()];
    for column in columns {
        let wanted = vec![0.0; column.len()];
        settle(cells, column, &wanted, &mut y);
    }
    for sweep in 0..SWEEPS {
        let order: Vec<&Vec<usize>> =
            if sweep % 2 == 0 { columns.iter().collect() } else { columns.iter().rev().collect() };
        for column in order {
            let mean = |cell: &usize| {
                let near = cells[*cell].left.iter().chain(&cells[*cell].right);
                let (count, sum) = near.fold((0.0, 0.0), |(n, sum), other| (n + 1.0, sum + y[*other]));
                if count > 0.0 { sum / count } else { y[*cell] }
            };
            let wanted: Vec<f64> = column.iter().map(mean).collect();
            settle(cells, column, &wanted, &mut y);
        }
    }
    y
}

/// Puts a column's cells as near to where they are wanted as their order and sizes allow: least squares by pooling
/// neighbours that are in each other's way.
fn settle(cells: &[Cell], column: &[usize], wanted: &[f64], y: &mut [f64]) {
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(column.len());
    for (at, cell) in column.iter().enumerate() {
        if let Some(above) = at.checked_sub(1).map(|a| &cells[column[a]]) {
            let both_pass = above.height == 0.0 && cells[*cell].height == 0.0;
            let gap = if both_pass { LINE_GAP } else { GAP };
            offset += (above.height + cells[*cell].height) / 2.0 + gap;
        }
        offsets.push(offset);
    }
    // Each pool: the mean of what its members want, and how many they are.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (want, offset) in wanted.iter().zip(&offsets) {
        let mut pool = (want - offset, 1);
        while let Some(above) = pools.pop_if(|above| above.0 > pool.0) {
            let count = above.1 + pool.1;
            pool = ((above.0 * above.1 as f64 + pool.0 * pool.1 as f64) / count as f64, count);
        }
        pools.push(pool);
    }
    let settled = pools.iter().flat_map(|(mean, count)| std::iter::repeat_n(*mean, *count));
    for ((cell, mean), offset) in column.iter().zip(settled).zip(offsets) {
        y[*cell] = mean + offset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_that_need_not_cross_do_not() {
        // 0 and 1 below, 2 stands on 1, 3 stands on 0: as numbered they would cross.
        let edges = [(2, 1), (3, 0)];
        let graph = Graph::build(4, edges).unwrap();
        let layout = lay_out(&graph, &edges, &[40.0; 4]);
        assert_eq!(layout.y[0] < layout.y[1], layout.y[3] < layout.y[2]);
        assert_eq!(layout.column, [0, 0, 1, 1]);
    }

    #[test]
    fn a_long_line_passes_between() {
        let edges = [(1, 0), (2, 1), (2, 0)];
        let graph = Graph::build(3, edges).unwrap();
        let layout = lay_out(&graph, &edges, &[40.0; 3]);
        assert_eq!((layout.bends[0].len(), layout.bends[2].len()), (0, 1));
        assert!((layout.bends[2][0].1 - layout.y[1]).abs() >= 20.0 + GAP - 0.001);
    }

    proptest! {
        #[test]
        fn no_two_boxes_overlap(
            pairs in proptest::collection::vec((0usize..30, 0usize..30), 0..60)
        ) {
            let edges: Vec<_> = pairs.into_iter().filter(|(a, b)| a > b).collect();
            let graph = Graph::build(30, edges.iter().copied()).unwrap();
            let edges = super::super::reduction::edges(&graph);
            let layout = lay_out(&graph, &edges, &[40.0; 30]);
            for a in 0..30 {
                for b in 0..a {
                    if layout.column[a] == layout.column[b] {
                        prop_assert!((layout.y[a] - layout.y[b]).abs() >= 40.0 + LINE_GAP - 0.001);
                    }
                }
            }
        }
    }
}
